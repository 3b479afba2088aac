//! `#[async_trait]` with the attribute above and below it, on traits and on their implementations, with and without `Send`.

use crate::async_trait_form::form;

form!(above, { #[repo] #[async_trait] } (Send + Sync), { #[repo(calls(store))] #[async_trait] }, ANNOTATED);
form!(below, { #[async_trait] #[repo] } (Send + Sync), { #[async_trait] #[repo] }, ANNOTATED);
form!(
    above_then_below,
    { #[repo] #[async_trait] } (Send + Sync),
    { #[async_trait::async_trait] #[repo] },
    ANNOTATED
);
form!(
    below_then_above,
    { #[async_trait::async_trait] #[repo] } (Send + Sync),
    { #[repo] #[async_trait::async_trait] },
    ANNOTATED
);
form!(trait_above, { #[repo] #[async_trait::async_trait] } (Send + Sync), { #[async_trait] }, PLAIN);
form!(trait_below, { #[async_trait] #[repo] } (Send + Sync), { #[async_trait] }, PLAIN);

form!(above_sync_only, { #[repo] #[async_trait] } (Sync), { #[repo] #[async_trait] }, ANNOTATED);
form!(below_send_only, { #[async_trait] #[repo] } (Send), { #[async_trait] #[repo] }, ANNOTATED);
form!(below_no_supertrait, { #[async_trait] #[repo] } (), { #[async_trait] #[repo] }, ANNOTATED);

form!(
    above_not_send,
    { #[repo] #[async_trait(?Send)] } (),
    { #[repo(calls(store))] #[async_trait(?Send)] },
    ANNOTATED
);
form!(below_not_send, { #[async_trait(?Send)] #[repo] } (), { #[async_trait(?Send)] #[repo] }, ANNOTATED);
form!(
    above_not_send_with_supertraits,
    { #[repo] #[async_trait(?Send)] } (Send + Sync),
    { #[async_trait(?Send)] },
    PLAIN
);

form!(
    behind_a_condition,
    { #[repo] #[cfg_attr(all(), async_trait)] } (Send + Sync),
    { #[repo] #[cfg_attr(all(), async_trait)] },
    ANNOTATED
);
form!(
    not_send_behind_a_condition,
    { #[repo] #[cfg_attr(all(), async_trait(?Send))] } (),
    { #[repo] #[cfg_attr(all(), async_trait::async_trait(?Send))] },
    ANNOTATED
);
form!(
    behind_a_condition_above,
    { #[cfg_attr(all(), async_trait)] #[repo] } (Send + Sync),
    { #[cfg_attr(all(), async_trait)] #[repo] },
    ANNOTATED
);
