//! Annotated traits and a generic service of another crate, with implementors here that know nothing of either.

use std::sync::Arc;

use async_trait::async_trait;
use spanweave::Ctx;
use spanweave_test_other_crate::{Checkout, NoSuchOrder, Orders, Stock};

use crate::common::{Store, seen};

#[derive(Default)]
struct Ledger {
    store: Store,
}

impl Orders for Ledger {
    async fn price(&self, id: i64) -> Result<u64, NoSuchOrder> {
        let _ = self.store.read("price").await;
        if id == 13 { Err(NoSuchOrder(id)) } else { Ok(id.unsigned_abs() * 10) }
    }
}

struct Shelf(u64);

#[async_trait]
impl Stock for Shelf {
    async fn left(&self, sku: &str) -> Option<u64> {
        let _ = Store.read(sku).await;
        (sku != "unknown").then_some(self.0)
    }
}

fn checkout(left: u64) -> Checkout<Ledger> {
    Checkout { stock: Arc::new(Shelf(left)), orders: Ledger::default() }
}

#[tokio::test]
async fn its_service_runs_over_ours() {
    let seen = seen(checkout(1).quote("nail", &[1, 2])).await;
    assert_eq!(seen.value, Ok(Some(30)));
    assert_eq!(
        seen.tree,
        "\
request
  Checkout.quote
    Stock.any
      Store.read
    Orders.total
      Store.read
      Store.read
"
    );
    assert_eq!(
        seen.outcomes,
        "\
repo Orders.total: 1 ok
repo Stock.any: 1 ok
repo Store.read: 3 ok
service Checkout.quote: 1 ok
"
    );
}

#[tokio::test]
async fn our_error_is_in_its_outcome() {
    let seen = seen(checkout(1).quote("nail", &[1, 13])).await;
    assert_eq!(seen.value, Err(NoSuchOrder(13)));
    assert_eq!(
        seen.tree,
        "\
request
  Checkout.quote [error: NoSuchOrder]
    Stock.any
      Store.read
    Orders.total [error: NoSuchOrder]
      Store.read
      Store.read
"
    );
    assert_eq!(
        seen.outcomes,
        "\
repo Orders.total: 1 error
repo Stock.any: 1 ok
repo Store.read: 3 ok
service Checkout.quote: 1 error
"
    );
}

#[tokio::test]
async fn its_service_is_spawned_with_a_context() {
    let seen = seen(async {
        let ctx = Ctx::current();
        let service = Arc::new(checkout(0));
        tokio::spawn(async move { service.quote_ctx(ctx, "unknown", &[1]).await }).await.unwrap()
    });
    let seen = seen.await;
    assert_eq!(seen.value, Ok(None));
    assert_eq!(seen.tree, "request\n  Checkout.quote\n    Stock.any\n      Store.read\n");
    assert_eq!(seen.outcomes, "repo Stock.any: 1 ok\nrepo Store.read: 1 ok\nservice Checkout.quote: 1 ok\n");
}

#[tokio::test]
async fn the_twins_of_its_traits_run_ours() {
    let seen = seen(async {
        let ctx = Ctx::current();
        let (ledger, shelf) = (Ledger::default(), Shelf(3));
        let spawned = tokio::spawn(async move {
            let stock: &dyn Stock = &shelf;
            (ledger.price_ctx(ctx, 2).await, stock.left_ctx(ctx, "nail").await)
        });
        spawned.await.unwrap()
    });
    let seen = seen.await;
    assert_eq!(seen.value, (Ok(20), Some(3)));
    assert_eq!(seen.tree, "request\n  Store.read\n  Store.read\n");
    assert_eq!(seen.outcomes, "repo Store.read: 2 ok\n");
}
