//! Finds the unsafe code in Rust sources, item by item.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{
    Attribute, ExprUnsafe, ImplItemFn, ItemConst, ItemFn, ItemForeignMod, ItemImpl, ItemMod,
    ItemStatic, ItemTrait, Macro, Signature, TraitItemFn, Type,
};

/// What is unsafe about one item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Unsafe {
    /// More than one where items have the same name, as by `#[cfg(…)]`.
    functions: usize,
    traits: usize,
    implementations: usize,
    /// `unsafe extern` blocks.
    foreign: usize,
    /// `#[unsafe(…)]`, in a `cfg_attr` as well.
    attributes: usize,
    blocks: usize,
    /// Uses of the word in the text of a macro, which is not parsed.
    in_macro: usize,
}

impl Unsafe {
    fn describe(self) -> String {
        let count = |count: usize, what: &str| match count {
            0 => None,
            1 if what.starts_with("unsafe ") => Some(what.to_owned()),
            1 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let parts = [
            count(self.functions, "unsafe fn"),
            count(self.traits, "unsafe trait"),
            count(self.implementations, "unsafe impl"),
            count(self.foreign, "unsafe extern"),
            count(self.attributes, "attribute"),
            count(self.blocks, "block"),
            count(self.in_macro, "use").map(|uses| format!("{uses} in a macro")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The unsafe items of a source file, each as `` `name` (what is unsafe about it) ``. Code for tests is left out.
///
/// # Errors
///
/// The file is not Rust.
pub fn unsafe_items(source: &str) -> Result<Vec<String>, String> {
    let file = syn::parse_file(source).map_err(|error| error.to_string())?;
    let mut finder = Finder::default();
    finder.visit_file(&file);
    let items = finder.found.into_iter();
    Ok(items
        .map(|(name, what)| format!("`{name}` ({})", what.describe()))
        .collect())
}

#[derive(Default)]
struct Finder {
    /// The names of what encloses the code at hand.
    path: Vec<String>,
    found: BTreeMap<String, Unsafe>,
}

impl Finder {
    fn here(&mut self) -> &mut Unsafe {
        self.found.entry(self.path.join("::")).or_default()
    }

    fn inside(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.path.push(name);
        visit(self);
        self.path.pop();
    }

    fn function(&mut self, signature: &Signature) {
        if signature.unsafety.is_some() {
            self.here().functions += 1;
        }
    }
}

fn unsafe_words(text: &str) -> usize {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| *word == "unsafe").count()
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let list = attribute.meta.require_list();
        list.is_ok_and(|list| list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    })
}

fn last_segment(path: &syn::Path) -> String {
    path.segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

fn name_of_type(of: &Type) -> String {
    match of {
        Type::Path(path) => last_segment(&path.path),
        Type::Reference(reference) => name_of_type(&reference.elem),
        _ => "_".to_owned(),
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !is_for_tests(&module.attrs) {
            self.inside(module.ident.to_string(), |finder| {
                visit::visit_item_mod(finder, module)
            });
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.inside(function.sig.ident.to_string(), |finder| {
            finder.function(&function.sig);
            visit::visit_item_fn(finder, function);
        });
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.inside(item.ident.to_string(), |finder| {
            if item.unsafety.is_some() {
                finder.here().traits += 1;
            }
            visit::visit_item_trait(finder, item);
        });
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        self.inside(function.sig.ident.to_string(), |finder| {
            finder.function(&function.sig);
            visit::visit_trait_item_fn(finder, function);
        });
    }

    fn visit_item_foreign_mod(&mut self, module: &'ast ItemForeignMod) {
        // What is declared in there is safe or unsafe to call, but no code.
        if module.unsafety.is_some() {
            self.here().foreign += 1;
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Ok(list) = attribute.meta.require_list() else {
            return;
        };
        let count = match list.path.get_ident() {
            Some(name) if name == "unsafe" => 1,
            Some(name) if name == "cfg_attr" => unsafe_words(&list.tokens.to_string()),
            _ => 0,
        };
        if count > 0 {
            self.here().attributes += count;
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.inside(function.sig.ident.to_string(), |finder| {
            finder.function(&function.sig);
            visit::visit_impl_item_fn(finder, function);
        });
    }

    fn visit_item_impl(&mut self, implementation: &'ast ItemImpl) {
        let of = name_of_type(&implementation.self_ty);
        let name = match &implementation.trait_ {
            Some((_, of_trait, _)) => format!("<{of} as {}>", last_segment(of_trait)),
            None => of,
        };
        self.inside(name, |finder| {
            if implementation.unsafety.is_some() {
                finder.here().implementations += 1;
            }
            visit::visit_item_impl(finder, implementation);
        });
    }

    fn visit_item_const(&mut self, constant: &'ast ItemConst) {
        self.inside(constant.ident.to_string(), |finder| {
            visit::visit_item_const(finder, constant)
        });
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        self.inside(item.ident.to_string(), |finder| {
            visit::visit_item_static(finder, item)
        });
    }

    fn visit_expr_unsafe(&mut self, block: &'ast ExprUnsafe) {
        self.here().blocks += 1;
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let name = item.ident.as_ref().map(|name| format!("{name}!"));
        match name {
            Some(name) => self.inside(name, |finder| visit::visit_item_macro(finder, item)),
            None => visit::visit_item_macro(self, item),
        }
    }

    fn visit_macro(&mut self, text: &'ast Macro) {
        let count = unsafe_words(&text.tokens.to_string());
        if count > 0 {
            self.here().in_macro += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unsafe_items;

    #[test]
    fn every_kind_of_unsafe_code_is_found() {
        let source = "
            struct Safe(unsafe fn()); // a type, not an item
            unsafe impl Send for Safe {}
            impl Safe {
                unsafe fn method(&self) { unsafe { (self.0)() } }
                fn closure(&self) { (|| unsafe { unsafe { () } })() }
            }
            #[unsafe(no_mangle)]
            extern \"C\" fn exported() { fn inner() { unsafe {} } }
            macro_rules! written { () => { unsafe { f() } }; }
            fn invoked() { assert!(unsafe { f() }); }
            static S: u8 = unsafe { f() };
            #[unsafe(no_mangle)]
            static EXPORTED: u8 = 0;
            #[cfg_attr(all(), unsafe(no_mangle))]
            fn under_a_condition() {}
            unsafe trait Promise {
                unsafe fn declared();
                fn provided() { unsafe {} }
            }
            #[cfg(unix)] unsafe fn twice() {}
            #[cfg(not(unix))] unsafe fn twice() {}
            unsafe extern \"C\" { fn foreign(); }
            #[cfg(test)]
            mod tests { fn f() { unsafe {} } }
            fn safe() {}
        ";
        let expected = [
            "`` (unsafe extern)",
            "`<Safe as Send>` (unsafe impl)",
            "`EXPORTED` (1 attribute)",
            "`Promise` (unsafe trait)",
            "`Promise::declared` (unsafe fn)",
            "`Promise::provided` (1 block)",
            "`S` (1 block)",
            "`Safe::closure` (2 blocks)",
            "`Safe::method` (unsafe fn, 1 block)",
            "`exported` (1 attribute)",
            "`exported::inner` (1 block)",
            "`invoked` (1 use in a macro)",
            "`twice` (2 unsafe fns)",
            "`under_a_condition` (1 attribute)",
            "`written!` (1 use in a macro)",
        ];
        assert_eq!(unsafe_items(source).unwrap(), expected);
    }
}
