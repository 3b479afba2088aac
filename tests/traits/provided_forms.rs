//! Traits without `Sync` that provide methods.

use crate::async_trait_form::form;

form!(above_send_only, { #[repo] #[async_trait] } (Send), { #[repo] #[async_trait] }, ANNOTATED);
form!(above_no_supertrait, { #[repo] #[async_trait] } (), { #[repo] #[async_trait] }, ANNOTATED);
form!(trait_above_no_supertrait, { #[repo] #[async_trait] } (), { #[async_trait] }, PLAIN);
