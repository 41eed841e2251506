//! The names that bindgen's output declares.
#![allow(dead_code, reason = "no test file needs all of this")]

use std::collections::BTreeSet;

use syn::{File, ForeignItem, ImplItem, Item};

pub const COMMON: &str = include_str!("../../../../suricata-thread-sys/src/bindings/common.rs");
pub const V8: &str = include_str!("../../../../suricata-thread-sys/src/bindings/v8.rs");
pub const V9: &str = include_str!("../../../../suricata-thread-sys/src/bindings/v9.rs");

fn parse(text: &str) -> File {
    syn::parse_file(text).expect("bindgen's output is Rust")
}

/// Every name, of whatever kind.
pub fn names(text: &str) -> BTreeSet<String> {
    parse(text).items.into_iter().flat_map(names_of).collect()
}

/// The names of functions alone.
pub fn functions(text: &str) -> BTreeSet<String> {
    parse(text)
        .items
        .into_iter()
        .filter(|item| matches!(item, Item::ForeignMod(_)))
        .flat_map(names_of)
        .collect()
}

/// Fails where the two are not the same names.
#[track_caller]
pub fn assert_listed(declared: &BTreeSet<String>, listed: &[&str]) {
    let listed: BTreeSet<String> = listed.iter().map(|name| name.to_string()).collect();
    let forgotten: Vec<_> = declared.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(declared).collect();
    assert!(
        forgotten.is_empty() && unknown.is_empty(),
        "declared but not compared: {forgotten:?}; listed but not declared: {unknown:?}"
    );
}

fn names_of(item: Item) -> Vec<String> {
    match item {
        Item::Struct(item) => vec![item.ident.to_string()],
        Item::Type(item) => vec![item.ident.to_string()],
        Item::Const(item) => vec![item.ident.to_string()],
        Item::ForeignMod(block) => block
            .items
            .into_iter()
            .map(|item| match item {
                ForeignItem::Fn(function) => function.sig.ident.to_string(),
                other => panic!("only functions are compared, not {other:?}"),
            })
            .collect(),
        Item::Impl(block) => block
            .items
            .into_iter()
            .map(|item| match item {
                ImplItem::Const(constant) => constant.ident.to_string(),
                other => panic!("only constants are compared, not {other:?}"),
            })
            .collect(),
        other => panic!("this kind of item is not compared: {other:?}"),
    }
}
