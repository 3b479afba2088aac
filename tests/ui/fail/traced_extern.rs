use spanweave::{traced, traced_service};

struct Service;

#[traced_service(sync)]
impl Service {
    #[traced]
    pub extern "C" fn callback(&self) {}

    #[traced]
    #[track_caller]
    pub fn caller(&self) -> u32 {
        std::panic::Location::caller().line()
    }

    #[track_caller]
    pub fn left_alone(&self) -> u32 {
        std::panic::Location::caller().line()
    }
}

#[traced]
const fn constant() -> u8 {
    1
}

fn main() {
    Service.callback();
    Service.caller();
    Service.left_alone();
    constant();
}
