//! Each public function and method of the published crates has an example in its documentation,
//! which `cargo test` compiles and runs.
//!
//! There is no list of exceptions. Left out is what the sources say is not for callers of the Rust
//! API: what is `#[doc(hidden)]`, tests, and the functions of the C API, which have its ABI.

use std::fs;
use std::path::{Path, PathBuf};

use docs::root;
use syn::{Attribute, Expr, ImplItem, Item, Lit, Meta, Signature, TraitItem, Type, Visibility};

const CRATES: [&str; 3] = [
    "suricata-thread",
    "suricata-thread-mock",
    "suricata-thread-sys",
];

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether an attribute is `#[name(word)]`.
fn says(attributes: &[Attribute], name: &str, word: &str) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident(name) && list.tokens.to_string() == word,
        _ => false,
    })
}

fn is_left_out(attributes: &[Attribute]) -> bool {
    says(attributes, "doc", "hidden") || says(attributes, "cfg", "test")
}

fn doc_lines(attributes: &[Attribute]) -> impl Iterator<Item = String> {
    attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        match &pair.value {
            Expr::Lit(value) if pair.path.is_ident("doc") => match &value.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        }
    })
}

/// Whether the documentation has a block of Rust that must compile.
fn has_example(attributes: &[Attribute]) -> bool {
    const COMPILED: [&str; 5] = ["", "rust", "no_run", "should_panic", "standalone_crate"];
    let fences = doc_lines(attributes).filter_map(|line| {
        let fence = line.trim().strip_prefix("```");
        fence.map(str::to_owned)
    });
    // Every other fence ends a block.
    let mut tags = fences.step_by(2);
    tags.any(|tags| tags.split(',').all(|tag| COMPILED.contains(&tag)))
}

/// What is public in the modules that were read.
#[derive(Default)]
struct Public {
    /// Those with an example.
    shown: Vec<String>,
    lacking: Vec<String>,
    /// The types that are `#[doc(hidden)]`.
    hidden: Vec<String>,
}

impl Public {
    fn add(&mut self, of: &str, signature: &Signature, attributes: &[Attribute]) {
        if signature.abi.is_some() || is_left_out(attributes) {
            return;
        }
        let found = if has_example(attributes) {
            &mut self.shown
        } else {
            &mut self.lacking
        };
        found.push(format!("{of}::{}", signature.ident));
    }

    /// Goes through the items of a module; `folder` has the files of modules in it.
    fn read(&mut self, items: &[Item], path: &str, folder: &Path) {
        for item in items {
            match item {
                Item::Mod(module) if !is_left_out(&module.attrs) => {
                    let name = module.ident.to_string();
                    let (path, folder) = (format!("{path}::{name}"), folder.join(&name));
                    match &module.content {
                        Some((_, items)) => self.read(items, &path, &folder),
                        None => self.read(&parse(&file_of(&folder)), &path, &folder),
                    }
                }
                Item::Fn(function) if is_public(&function.vis) => {
                    self.add(path, &function.sig, &function.attrs);
                }
                Item::Trait(of) if is_public(&of.vis) && !is_left_out(&of.attrs) => {
                    for item in &of.items {
                        if let TraitItem::Fn(method) = item {
                            let of = format!("{path}::{}", of.ident);
                            self.add(&of, &method.sig, &method.attrs);
                        }
                    }
                }
                Item::Impl(of) if !is_left_out(&of.attrs) => {
                    let of_type = format!("{path}::{}", name_of(&of.self_ty));
                    for item in &of.items {
                        match item {
                            ImplItem::Fn(method) if is_public(&method.vis) => {
                                self.add(&of_type, &method.sig, &method.attrs);
                            }
                            _ => {}
                        }
                    }
                }
                Item::Struct(of) if is_left_out(&of.attrs) => {
                    self.hidden.push(format!("{path}::{}", of.ident));
                }
                Item::Enum(of) if is_left_out(&of.attrs) => {
                    self.hidden.push(format!("{path}::{}", of.ident));
                }
                _ => {}
            }
        }
    }

    /// All of `items` and the modules they name, without the methods of hidden types.
    fn of(items: &[Item], name: &str, folder: &Path) -> Self {
        let mut public = Self::default();
        public.read(items, name, folder);
        let hidden = std::mem::take(&mut public.hidden);
        let is_shown = |name: &String| {
            let (of, _) = name.rsplit_once("::").unwrap();
            !hidden.iter().any(|hidden| hidden == of)
        };
        public.shown.retain(is_shown);
        public.lacking.retain(is_shown);
        public
    }
}

fn name_of(of: &Type) -> String {
    match of {
        Type::Path(path) => path.path.segments.last().unwrap().ident.to_string(),
        _ => "_".to_owned(),
    }
}

/// The file of the module whose own modules are in `folder`.
fn file_of(folder: &Path) -> PathBuf {
    let inside = folder.join("mod.rs");
    if inside.exists() {
        inside
    } else {
        folder.with_extension("rs")
    }
}

fn parse(file: &Path) -> Vec<Item> {
    let shown = file.display();
    let source = fs::read_to_string(file).unwrap_or_else(|e| panic!("{shown}: {e}"));
    syn::parse_file(&source)
        .unwrap_or_else(|e| panic!("{shown}: {e}"))
        .items
}

#[test]
fn every_public_function_of_the_crates_has_one() {
    let root = root();
    let (mut shown, mut lacking) = (Vec::new(), Vec::new());
    for name in CRATES {
        let folder = root.join(name).join("src");
        let public = Public::of(&parse(&folder.join("lib.rs")), name, &folder);
        shown.extend(public.shown);
        lacking.extend(public.lacking);
    }
    assert!(
        lacking.is_empty(),
        "without an example in the documentation: {lacking:#?}"
    );
    // The sources were read, modules and all.
    for name in [
        "suricata-thread::storage::ThreadStorage::get_mut",
        "suricata-thread-mock::open::Host::open",
        "suricata-thread-mock::report::stray_reports",
    ] {
        assert!(
            shown.iter().any(|shown| shown == name),
            "{name}: {shown:#?}"
        );
    }
}

/// What has no example in `source`, which is a crate `it`.
fn lacking(source: &str) -> Vec<String> {
    let items = syn::parse_file(source).unwrap().items;
    Public::of(&items, "it", Path::new("")).lacking
}

#[test]
fn one_that_has_none_is_found() {
    let source = "
        /// A text is none.
        pub fn function() {}
        pub struct Type;
        impl Type {
            /// ```text
            /// nor is this
            /// ```
            /// ```ignore
            /// it::nor_this();
            /// ```
            pub const unsafe fn method(&self) {}
        }
        mod inner { pub trait Trait { fn provided() {} } }
    ";
    let expected = [
        "it::function",
        "it::Type::method",
        "it::inner::Trait::provided",
    ];
    assert_eq!(lacking(source), expected);
}

#[test]
fn what_has_one_or_is_not_for_callers_is_left_out() {
    let source = "
        /// ```
        /// it::shown();
        /// ```
        pub fn shown() {}
        /// ```text
        /// first
        /// ```
        /// ```no_run,standalone_crate
        /// it::compiled();
        /// ```
        pub fn compiled() {}
        fn private() {}
        pub(crate) fn of_the_crate() {}
        #[doc(hidden)]
        pub fn hidden() {}
        #[unsafe(no_mangle)]
        pub unsafe extern \"C\" fn of_the_c_api() {}
        impl Hidden { pub fn method(&self) {} }
        #[doc(hidden)]
        pub struct Hidden;
        impl Clone for Shown { fn clone(&self) -> Self { Self } }
        #[doc(hidden)]
        pub mod inner { pub fn function() {} }
        #[cfg(test)]
        mod tests { pub fn function() {} }
    ";
    assert_eq!(lacking(source), [""; 0]);
}
