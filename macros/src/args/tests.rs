use quote::quote;

use super::*;

fn block(tokens: TokenStream) -> Result<BlockArgs, String> {
    let mut errors = Errors::default();
    let args = BlockArgs::parse(tokens, &mut errors);
    if errors.is_empty() { Ok(args) } else { Err(errors.into_tokens().to_string()) }
}

#[test]
fn every_option_is_read() {
    let args = block(quote!(calls(tasks, 0,), name = "Tasks", sql,)).expect("well formed");
    assert_eq!(args.calls.map(|calls| calls.value.len()), Some(2));
    assert_eq!(args.name.map(|name| name.value).as_deref(), Some("Tasks"));
    assert!(args.sql.is_some());
}

#[test]
fn several_mistakes_are_reported_together() {
    let errors = block(quote!(calls(), name = 3, sql = on, "x", cals(a), name = "A", name = "B"))
        .err()
        .expect("malformed");
    assert_eq!(errors.matches("compile_error").count(), 6, "{errors}");
}

#[test]
fn a_field_may_have_a_dotted_name_and_a_value() {
    let mut attrs = vec![syn::parse_quote!(#[traced(fields(user.id, rows = a.len(), r#type = 1))])];
    let mut errors = Errors::default();
    let mut args = MethodArgs::default();
    args.take(&mut attrs, &mut errors);
    assert!(errors.is_empty() && attrs.is_empty());
    let fields = args.fields.expect("given").value;
    let read: Vec<_> = fields.iter().map(|field| (field.key.as_str(), field.value.to_string())).collect();
    assert_eq!(
        read,
        [("user.id", "user . id".to_owned()), ("rows", "a . len ()".to_owned()), ("type", "1".to_owned()),]
    );
}
