//! Finds the unsafe code in Rust sources, item by item.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{
    Attribute, ExprUnsafe, ImplItemFn, ItemConst, ItemFn, ItemImpl, ItemMod, ItemStatic, Macro,
    Meta, Signature, Type,
};

/// What is unsafe about one item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Unsafe {
    function: bool,
    implementation: bool,
    /// `#[unsafe(…)]`.
    attributes: usize,
    blocks: usize,
    /// Uses of the word in the text of a macro, which is not parsed.
    in_macro: usize,
}

impl Unsafe {
    fn describe(self) -> String {
        let count = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let parts = [
            self.function.then(|| "unsafe fn".to_owned()),
            self.implementation.then(|| "unsafe impl".to_owned()),
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

    fn function(&mut self, signature: &Signature, attributes: &[Attribute]) {
        if signature.unsafety.is_some() {
            self.here().function = true;
        }
        let unsafe_ones = attributes.iter().filter(|attribute| match &attribute.meta {
            Meta::List(list) => list.path.is_ident("unsafe"),
            _ => false,
        });
        let count = unsafe_ones.count();
        if count > 0 {
            self.here().attributes += count;
        }
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
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
            finder.function(&function.sig, &function.attrs);
            visit::visit_item_fn(finder, function);
        });
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.inside(function.sig.ident.to_string(), |finder| {
            finder.function(&function.sig, &function.attrs);
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
                finder.here().implementation = true;
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
        let text = text.tokens.to_string();
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let count = words.filter(|word| *word == "unsafe").count();
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
            #[cfg(test)]
            mod tests { fn f() { unsafe {} } }
            fn safe() {}
        ";
        let expected = [
            "`<Safe as Send>` (unsafe impl)",
            "`S` (1 block)",
            "`Safe::closure` (2 blocks)",
            "`Safe::method` (unsafe fn, 1 block)",
            "`exported` (1 attribute)",
            "`exported::inner` (1 block)",
            "`invoked` (1 use in a macro)",
            "`written!` (1 use in a macro)",
        ];
        assert_eq!(unsafe_items(source).unwrap(), expected);
    }
}
