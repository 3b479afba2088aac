#[cfg(feature = "tasks")]
#[allow(clippy::unused_async)]
#[traced_service]
impl TaskService {
    #[deprecated = "use `list`"]
    #[inline]
    #[cfg(unix)]
    #[expect(clippy::too_many_lines)]
    pub async fn all(&self) -> Vec<Task> {
        #![allow(unused_variables)]
        let unused = 1;
        Vec::new()
    }
    pub(crate) async fn many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, #[cfg(unix)] f: u8) -> u8 {
        a + b + c + d + e
    }
    pub async unsafe fn raw(&self, at: *const u8) -> u8 {
        unsafe { *at }
    }
}
