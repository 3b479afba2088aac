//! Method shapes under a bare attribute: each compiles, and its twin can be called.

use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use spanweave::{Ctx, traced_service};

pub trait Describe {
    fn describe(&self) -> String;
}

impl Describe for u8 {
    fn describe(&self) -> String {
        self.to_string()
    }
}

pub struct Unit;

pub struct User {
    pub id: i64,
    pub name: String,
}

#[derive(Default)]
pub struct Service {
    name: String,
    seen: HashMap<i64, String>,
}

#[traced_service]
impl Service {
    pub async fn no_return(&self) {}

    pub async fn result(&self, id: i64) -> Result<String, std::num::ParseIntError> {
        let id: i64 = id.to_string().parse()?;
        Ok(id.to_string())
    }

    pub async fn borrowed(&self) -> &str {
        &self.name
    }

    pub async fn borrowed_result(&self) -> Result<&str, ()> {
        Ok(&self.name)
    }

    pub async fn coerced(&self) -> Box<dyn Describe> {
        Box::new(1)
    }

    pub async fn coerced_result(&self, fail: bool) -> Result<Box<dyn Describe + Send>, Box<dyn std::error::Error>> {
        if fail {
            return Err("failed".into());
        }
        Ok(Box::new(1))
    }

    pub async fn exclusive(&mut self, id: i64, name: String) -> Option<&mut String> {
        self.seen.insert(id, name);
        self.seen.get_mut(&id)
    }

    pub async fn by_value(mut self) -> String {
        self.name.push('!');
        self.name
    }

    pub async fn shared(self: Arc<Self>) -> usize {
        Arc::strong_count(&self)
    }

    pub async fn shared_reference(self: &Arc<Self>) -> usize {
        Arc::strong_count(self)
    }

    pub async fn boxed(self: Box<Self>) -> String {
        self.name
    }

    pub async fn pinned(self: Pin<&mut Self>) -> usize {
        self.name.len()
    }

    pub async fn without_self(name: &str) -> Self {
        Service { name: name.to_owned(), seen: HashMap::new() }
    }

    pub async fn patterns(&self, (a, mut b): (u8, u8), User { id, .. }: &User, _: Unit, &c: &u8, mut d: u8) -> i64 {
        b += a;
        d += c;
        id + i64::from(b + d)
    }

    pub async fn named<'a, 'b: 'a>(&'a self, first: &'a str, second: &'b str) -> &'a str {
        if first.is_empty() { second } else { first }
    }

    pub async fn generic<T: Default + Clone, const N: usize>(&self) -> [T; N]
    where
        T: Copy,
    {
        [T::default(); N]
    }

    pub async fn implied(&self, name: impl Into<String>, with: impl FnOnce(&str) -> usize) -> usize {
        with(&name.into())
    }

    pub async fn generic_and_implied<T: Default>(&self, _name: impl AsRef<str>) -> T {
        T::default()
    }

    pub async fn opaque(&self) -> impl Iterator<Item = char> + use<'_> {
        self.name.chars()
    }

    pub async fn opaque_result(&self) -> Result<impl Iterator<Item = char> + use<'_>, ()> {
        Ok(self.name.chars())
    }

    pub async fn forever(&self) -> ! {
        loop {
            std::future::pending::<()>().await;
        }
    }

    pub async fn infallible(&self) -> Result<Infallible, ()> {
        Err(())
    }

    pub async fn unfinished(&self) -> u64 {
        todo!()
    }

    pub async fn recursive(&self, depth: u8) -> u8 {
        if depth == 0 { 0 } else { Box::pin(self.recursive(depth - 1)).await + 1 }
    }

    pub async fn not_send(&self) -> u8 {
        let cell = RefCell::new(1);
        let held = cell.borrow();
        std::future::ready(()).await;
        *held
    }

    pub async unsafe fn raw(&self, at: *const u8) -> u8 {
        unsafe { *at }
    }

    pub async fn r#type(&self, r#match: u8) -> u8 {
        r#match
    }

    pub async fn with_attributes(&self, #[cfg(any())] gone: u8, #[allow(unused_variables)] kept: u8) -> u8 {
        #![allow(unused_mut)]
        let mut one = 1;
        one
    }

    pub async fn method_is_a_name(&self, returns: u8, early: u8, ctx: u8) -> u8 {
        const METHOD: u8 = 1;
        returns + early + ctx + METHOD
    }

    pub async fn early_return(&self, fail: bool) -> Result<u8, String> {
        if fail {
            return Err("early".to_owned());
        }
        let inner = async { Err::<u8, _>("inner") };
        Ok(inner.await?)
    }

    #[must_use]
    pub async fn must_use(&self) -> u8 {
        1
    }

    #[deprecated]
    pub async fn deprecated(&self) -> u8 {
        1
    }

    pub(crate) async fn many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) -> u8 {
        a + b + c + d + e + f
    }

    #[traced]
    async fn private(&self) -> u8 {
        1
    }

    pub async fn calls_private(&self) -> u8 {
        self.private().await + self.untraced().await + Self::constructor().name.len() as u8
    }

    async fn untraced(&self) -> u8 {
        1
    }

    pub fn constructor() -> Self {
        Self::default()
    }

    pub fn future(&self) -> impl Future<Output = u8> {
        async { 1 }
    }

    pub fn boxed_future(&self) -> Pin<Box<dyn Future<Output = u8> + Send + '_>> {
        Box::pin(async { 1 })
    }

    pub const fn constant(&self) -> u8 {
        1
    }
}

pub struct Generic<'a, T: ?Sized, const N: usize> {
    name: &'a str,
    kept: PhantomData<T>,
}

#[traced_service]
impl<'a, T, const N: usize> Generic<'a, T, N>
where
    T: Describe + ?Sized,
{
    pub async fn describe<'b>(&'b self, it: &'b T) -> (&'a str, String, usize) {
        (self.name, it.describe(), N)
    }
}

#[traced_service]
impl dyn Describe {
    pub async fn described(&self) -> String {
        self.describe()
    }
}

macro_rules! service {
    ($name:ident, $method:ident, $argument:ident: $ty:ty, $returned:ty, $body:expr) => {
        pub struct $name;

        #[traced_service]
        impl $name {
            pub async fn $method(&self, $argument: $ty) -> $returned {
                let _ = self;
                $body
            }
        }
    };
}

service!(Made, double, n: u32, u32, n * 2);

fn is_send<T: Send>(future: T) -> T {
    future
}

async fn twins(service: &mut Service, ctx: Ctx) {
    is_send(service.no_return_ctx(ctx)).await;
    service.result_ctx(ctx, 1).await.unwrap();
    service.borrowed_ctx(ctx).await;
    service.exclusive_ctx(ctx, 1, String::new()).await;
    service.patterns_ctx(ctx, (1, 2), &User { id: 1, name: String::new() }, Unit, &1, 1).await;
    service.named_ctx(ctx, "a", "b").await;
    service.generic_ctx::<u8, 3>(ctx).await;
    service.implied_ctx(ctx, "a", str::len).await;
    let _: u8 = service.generic_and_implied_ctx(ctx, "a").await;
    service.opaque_ctx(ctx).await.count();
    service.r#type_ctx(ctx, 1).await;
    service.with_attributes_ctx(ctx, 1).await;
    service.method_is_a_name_ctx(ctx, 1, 2, 3).await;
    service.many_ctx(ctx, 1, 2, 3, 4, 5, 6).await;
    is_send(service.recursive_ctx(ctx, 3)).await;
    let _ = service.must_use_ctx(ctx).await;
    let _ = unsafe { service.raw_ctx(ctx, &1) }.await;
    Service::without_self_ctx(ctx, "a").await.by_value_ctx(ctx).await;
    Arc::new(Service::default()).shared_ctx(ctx).await;
    Arc::new(Service::default()).shared_reference_ctx(ctx).await;
    Box::new(Service::default()).boxed_ctx(ctx).await;
    Pin::new(service).pinned_ctx(ctx).await;
    Generic::<u8, 3> { name: "a", kept: PhantomData }.describe_ctx(ctx, &1).await;
    (&1_u8 as &dyn Describe).described_ctx(ctx).await;
    Made.double_ctx(ctx, 1).await;
}

fn main() {
    drop(twins(&mut Service::default(), Ctx::none()));
}
