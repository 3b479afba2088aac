use spanweave::traced_service;

struct Service;

#[traced_service]
impl Service {
    pub async fn tail(&self) -> Result<u8, String> {
        Ok("one")
    }

    pub async fn early(&self, fail: bool) -> Result<u8, String> {
        if fail {
            return 1;
        }
        Ok(1)
    }

    pub async fn nothing(&self) -> usize {
        let _ = self;
    }

    pub async fn question_mark(&self) -> Result<u8, std::fmt::Error> {
        let one: u8 = "1".parse()?;
        Ok(one)
    }
}

fn main() {}
