//! The user's own findings, in traced methods: generated code hides none. An `expect` that nothing fulfils is a finding itself.
#![deny(unfulfilled_lint_expectations)]

use spanweave::{repo, traced_service};
use tokio::task::yield_now;

/// Something to find fault with.
pub struct Faulty;

#[traced_service(sync)]
impl Faulty {
    #[expect(dead_code, reason = "nobody calls it")]
    #[traced]
    async fn never_called(&self) -> u8 {
        1
    }

    pub async fn asynchronous(
        &self,
        #[expect(unused_variables, reason = "it is not used")] unused: u8,
        #[expect(unused_mut, reason = "it is not changed")] mut unchanged: u8,
    ) -> u8 {
        yield_now().await;
        #[warn(clippy::print_stdout)]
        #[expect(clippy::print_stdout, reason = "it is printed")]
        {
            println!("{unchanged}");
        }
        #[expect(unused_must_use, reason = "a future that nobody awaits")]
        {
            self.asynchronous(1, 2);
        }
        #[expect(clippy::unnecessary_literal_unwrap, reason = "it is unwrapped")]
        let unwrapped = Some(unchanged).unwrap();
        #[expect(clippy::needless_return, reason = "it would be returned anyway")]
        return unwrapped;
    }

    pub fn synchronous(&self, #[expect(unused_variables, reason = "it is not used")] unused: u8) -> u8 {
        #[expect(unused_assignments, reason = "it is not read")]
        let mut one = 2;
        one = 1;
        #[expect(clippy::needless_return, reason = "it would be returned anyway")]
        return one;
    }
}

/// Something else.
#[repo]
pub trait Faults {
    /// With a default.
    async fn provided(&self, #[expect(unused_variables, reason = "it is not used")] unused: u8) -> u8 {
        #[expect(clippy::unnecessary_literal_unwrap, reason = "it is unwrapped")]
        Some(1).unwrap()
    }
}

#[repo]
impl Faults for Faulty {
    async fn provided(&self, given: u8) -> u8 {
        #[expect(clippy::let_and_return, reason = "it has a name for nothing")]
        {
            let returned = given;
            returned
        }
    }
}

/// What begins and ends, as a transaction of sqlx does.
pub struct Session;

impl Session {
    /// Another one.
    pub async fn begin(&self) -> Session {
        Session
    }

    /// Says whether it worked.
    pub async fn commit(self) -> Result<(), ()> {
        Err(())
    }

    /// Takes nothing from it.
    pub async fn note(session: &Session) -> Result<(), ()> {
        session.begin().await.commit().await
    }
}

#[repo]
impl Session {
    /// Looks at nothing that it gets.
    pub async fn careless(&self) {
        #[expect(unused_mut, reason = "it is not changed")]
        {
            let mut tx = self.begin().await;
            #[expect(unused_must_use, reason = "it may have failed")]
            {
                Session::note(&tx).await;
            }
            #[expect(unused_must_use, reason = "it may not have ended")]
            {
                tx.commit().await;
            }
        }
        #[expect(unused_variables, reason = "it is not used")]
        {
            let tx = self.begin().await;
        }
        #[expect(unused_must_use, reason = "it may not have ended, nor begun")]
        {
            self.begin().await.commit().await;
        }
    }
}
