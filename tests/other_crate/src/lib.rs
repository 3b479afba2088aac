//! Annotated traits and a generic service, for another crate to implement and use.

use std::sync::Arc;

use async_trait::async_trait;
use spanweave::{repo, traced_service};

/// What was not found.
#[derive(Debug, PartialEq, Eq)]
pub struct NoSuchOrder(pub i64);

/// Where orders are kept. Its futures are `Send`, and it is no object.
#[repo]
pub trait Orders: Send + Sync {
    /// The price of an order.
    fn price(&self, id: i64) -> impl Future<Output = Result<u64, NoSuchOrder>> + Send;

    /// The price of several orders.
    fn total(&self, ids: &[i64]) -> impl Future<Output = Result<u64, NoSuchOrder>> + Send {
        async move {
            let mut total = 0;
            for id in ids {
                total += self.price(*id).await?;
            }
            Ok(total)
        }
    }
}

/// Where stock is counted, as an object.
#[repo]
#[async_trait]
pub trait Stock: Send + Sync {
    /// How much is left.
    async fn left(&self, sku: &str) -> Option<u64>;

    /// Whether anything is left.
    async fn any(&self, sku: &str) -> bool {
        self.left(sku).await.is_some_and(|left| left > 0)
    }
}

/// A service over whatever keeps orders.
pub struct Checkout<O: ?Sized> {
    /// The stock, as an object.
    pub stock: Arc<dyn Stock>,
    /// The orders, of any type.
    pub orders: O,
}

#[traced_service(calls(orders, stock))]
impl<O: Orders + ?Sized> Checkout<O> {
    /// The price of what is in stock.
    ///
    /// # Errors
    /// When an order is missing.
    pub async fn quote(&self, sku: &str, ids: &[i64]) -> Result<Option<u64>, NoSuchOrder> {
        if !self.stock.any(sku).await {
            return Ok(None);
        }
        self.orders.total(ids).await.map(Some)
    }
}
