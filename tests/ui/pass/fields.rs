//! What `fields` can record.

use spanweave::traced_service;

pub struct Order {
    pub id: i64,
}

pub struct Orders {
    shop: String,
}

#[traced_service(name = "Shop")]
impl Orders {
    #[traced(
        name = "place an order",
        fields(user_id, order.id, shop = self.shop.as_str(), rows = items.len(), sum = items.iter().sum::<u32>(), r#type = "a"),
    )]
    pub async fn place(&self, user_id: i64, order: Order, items: Vec<u32>) -> usize {
        drop(order);
        items.len()
    }

    #[traced(fields(id))]
    #[traced(name = "one")]
    pub async fn one(&self, (id, _): (Option<i64>, u8)) -> Option<i64> {
        id
    }
}

fn main() {}
