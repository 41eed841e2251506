//! The declarations of a Suricata source tree, beside those that are checked in.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;
use std::{fs, mem};

use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, ForeignItem, Ident, ImplItem, Item, ItemForeignMod, ItemImpl, NamedArg, PatIdent,
    Type,
};

use crate::{MODULES, builder, of_crate};

/// The headers of Suricata that have the declarations.
pub const HEADERS: [&str; 7] = [
    "suricata-plugin.h",
    "suricata.h",
    "util-debug.h",
    "util-storage.h",
    "thread-storage.h",
    "thread-callbacks.h",
    "flow-callbacks.h",
];

/// Compares what bindgen reads from `tree`, the folder `src` of a Suricata source tree, with the
/// declarations that are checked in for that tree's generation, without comments and the names of
/// arguments. Returns what was compared.
///
/// # Errors
///
/// Every difference, or why `tree` can't be compared.
pub fn compare(tree: &Path) -> Result<String, Box<dyn Error>> {
    let [common, v8, v9] = MODULES.map(|(file, _)| of_crate("src/bindings").join(file));
    let common = fs::read_to_string(common)?;
    let v8 = declarations(&(fs::read_to_string(v8)? + &common))?;
    let v9 = declarations(&(fs::read_to_string(v9)? + &common))?;

    let names: Vec<_> = v8.keys().chain(v9.keys()).map(String::as_str).collect();
    let theirs = declarations(&read(tree, &names.join("|"))?)?;
    // The tree is of the generation that it has more names of.
    let in_tree = |ours: &Declarations| {
        let names = ours.keys();
        names.filter(|name| theirs.contains_key(*name)).count()
    };
    let tree = tree.display();
    let (generation, ours) = match in_tree(&v8).cmp(&in_tree(&v9)) {
        Ordering::Greater => ("Suricata 8.0.x", v8),
        Ordering::Less => ("Suricata 9.0", v9),
        Ordering::Equal => {
            let neither = "declares the functions neither of Suricata 8.0.x nor of 9.0";
            return Err(format!("{tree} {neither}").into());
        }
    };

    let mut differences = String::new();
    for (name, ours) in &ours {
        match theirs.get(name) {
            Some(theirs) if theirs == ours => {}
            Some(theirs) => {
                differences += &format!("\n{name}, here:\n{ours}{name}, there:\n{theirs}");
            }
            // A name of our own for a type, which is compared where it is used.
            None if ours.starts_with("pub type") => {}
            None => differences += &format!("\n{name}, not there:\n{ours}"),
        }
    }
    if !differences.is_empty() {
        return Err(format!("{tree} declares {generation} differently:\n{differences}").into());
    }
    let count = in_tree(&ours);
    Ok(format!(
        "{tree} has the {count} declarations of {generation}"
    ))
}

/// What bindgen makes of the tree's declarations with these names, a regular expression.
fn read(tree: &Path, names: &str) -> Result<String, Box<dyn Error>> {
    for name in HEADERS {
        let header = tree.join(name);
        if !header.is_file() {
            return Err(format!(
                "{} is missing: name the folder `src` of a Suricata 8.0.x or 9.0 source tree",
                header.display(),
            )
            .into());
        }
    }
    let stubs = Path::new(env!("CARGO_MANIFEST_DIR")).join("stubs");
    let headers = HEADERS.map(|name| tree.join(name));
    builder()
        .header(stubs.join("stubs.h").to_string_lossy())
        .headers(headers.iter().map(|header| header.to_string_lossy()))
        .clang_arg(format!("-I{}", stubs.display()))
        // Suricata's comments are Suricata's; take the facts alone.
        .generate_comments(false)
        .allowlist_item(names)
        .generate()
        .map(|bindings| bindings.to_string())
        .map_err(|error| {
            let (tree, error) = (tree.display(), error.to_string());
            format!("clang can't read the headers in {tree}: {}", error.trim()).into()
        })
}

/// Texts of declarations by name.
type Declarations = BTreeMap<String, String>;

/// Takes bindgen's output apart, and leaves of each declaration what is compared.
fn declarations(bindings: &str) -> Result<Declarations, Box<dyn Error>> {
    let mut file = syn::parse_file(bindings)?;
    let aliases = file.items.iter().filter_map(|item| match item {
        Item::Type(alias) => Some((alias.ident.clone(), (*alias.ty).clone())),
        _ => None,
    });
    let aliases = aliases.collect();
    Facts { aliases }.visit_file_mut(&mut file);

    let mut declarations = Declarations::new();
    for item in mem::take(&mut file.items).into_iter().flat_map(split) {
        let name = name(&item).ok_or("bindgen makes a kind of item that is not compared")?;
        let name = name.to_string();
        file.items = vec![item];
        declarations.insert(name, prettyplease::unparse(&file));
    }
    Ok(declarations)
}

/// One item for each thing that a block declares.
fn split(item: Item) -> Vec<Item> {
    match item {
        Item::ForeignMod(mut block) => mem::take(&mut block.items)
            .into_iter()
            .map(|item| {
                Item::ForeignMod(ItemForeignMod {
                    items: vec![item],
                    ..block.clone()
                })
            })
            .collect(),
        Item::Impl(mut block) => mem::take(&mut block.items)
            .into_iter()
            .map(|item| {
                Item::Impl(ItemImpl {
                    items: vec![item],
                    ..block.clone()
                })
            })
            .collect(),
        item => vec![item],
    }
}

fn name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Struct(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Const(item) => Some(&item.ident),
        Item::ForeignMod(block) => match block.items.as_slice() {
            [ForeignItem::Fn(function)] => Some(&function.sig.ident),
            _ => None,
        },
        Item::Impl(block) => match block.items.as_slice() {
            [ImplItem::Const(constant)] => Some(&constant.ident),
            _ => None,
        },
        _ => None,
    }
}

/// Leaves out the names of arguments and all attributes but `repr`, and puts what an alias stands
/// for in its place.
struct Facts {
    aliases: HashMap<Ident, Type>,
}

impl VisitMut for Facts {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| attribute.path().is_ident("repr"));
    }

    fn visit_named_arg_mut(&mut self, argument: &mut NamedArg) {
        argument.name = None;
        visit_mut::visit_named_arg_mut(self, argument);
    }

    fn visit_pat_ident_mut(&mut self, argument: &mut PatIdent) {
        argument.ident = Ident::new("_", argument.ident.span());
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty {
            if let Some(alias) = path
                .path
                .get_ident()
                .and_then(|name| self.aliases.get(name))
            {
                *ty = alias.clone();
            }
        }
        visit_mut::visit_type_mut(self, ty);
    }
}
