//! Makes the declarations of `suricata-thread-sys` from its C headers, and compares them with those of a Suricata
//! source tree and of the crate `suricata-sys`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ForeignItem, Ident, ImplItem, Item, ItemForeignMod};
use syn::{NamedArg, PatIdent, Path as TypePath, Type, Visibility, parse_quote};

/// The files in `src/bindings`, and their headers in `include`.
const MODULES: [(&str, &str); 3] = [
    ("common.rs", "suricata_thread_common.h"),
    ("v8.rs", "suricata_thread_8.h"),
    ("v9.rs", "suricata_thread_9.h"),
];

/// Suricata's headers with these declarations, beside `flow.h`.
const HEADERS: [&str; 8] = [
    "suricata-plugin.h",
    "suricata.h",
    "util-debug.h",
    "util-storage.h",
    "thread-storage.h",
    "thread-callbacks.h",
    "flow-callbacks.h",
    "flow-storage.h",
];

/// Structs that only pointers refer to. Suricata's names for them differ.
const OPAQUE: [&str; 3] = ["ThreadVars", "Flow", "Packet"];

fn of_crate(path: &str) -> PathBuf {
    let raw = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suricata-thread-sys");
    raw.join(path)
}

fn builder() -> bindgen::Builder {
    bindgen::builder()
        .clang_arg(format!("-I{}", of_crate("include").display()))
        .use_core()
        .rust_edition(bindgen::RustEdition::Edition2024)
        .rust_target(bindgen::RustTarget::stable(85, 0).expect("bindgen knows Rust 1.85"))
        .merge_extern_blocks(true)
        .derive_eq(true)
        .derive_hash(false)
        // An unknown level must not be undefined behaviour.
        .newtype_enum("SCLogLevel")
        // Copies are of no use, and comparing function pointers is unreliable.
        .no_copy("SCPlugin")
        .no_partialeq("SCPlugin")
        .disable_header_comment()
        .layout_tests(false)
        // `src/opaque.rs` and the other modules have the declarations of other headers.
        .allowlist_recursively(false)
        .formatter(bindgen::Formatter::Prettyplease)
}

/// Makes the declarations from the headers in `include`: the path and text of each file.
pub fn make() -> Result<Vec<(PathBuf, String)>> {
    let make = |(file, header): (&str, &str)| {
        let origin = format!("// Written by bindgen from include/{header}: change that, then run");
        let bindings = builder()
            .header(of_crate("include").join(header).to_string_lossy())
            .allowlist_file(format!(".*/{}", header.replace('.', "\\.")))
            .raw_line(origin)
            .raw_line("// `UPDATE=1 ci/check generated`.")
            .generate()?;
        Ok((of_crate("src/bindings").join(file), bindings.to_string()))
    };
    MODULES.into_iter().map(make).collect()
}

/// Declarations by name, as text, without the parts that don't matter to a caller.
pub type Declarations = BTreeMap<String, String>;

/// Reads the checked-in declarations of a generation: `v8` or `v9`.
pub fn ours(generation: &str) -> Result<Declarations> {
    let [common, own] = ["common", generation]
        .map(|module| fs::read_to_string(of_crate(&format!("src/bindings/{module}.rs"))));
    facts(&(common? + &own?))
}

/// Reads the headers in `tree`, the folder `src` of a Suricata source tree.
pub fn of_headers(tree: &Path) -> Result<Declarations> {
    let stubs = Path::new(env!("CARGO_MANIFEST_DIR")).join("stubs");
    let headers = HEADERS.map(|name| tree.join(name));
    for header in &headers {
        let remedy = "name the folder `src` of a Suricata 8.0.x or 9.0 source tree";
        ensure!(header.is_file(), "{header:?} is missing: {remedy}");
    }
    let both = [ours("v8")?, ours("v9")?].into_iter();
    let names: Vec<_> = both.flat_map(BTreeMap::into_keys).collect();
    // The functions of a flow are in flow.h, which needs a configured tree, so only their lines are read.
    let flow = std::fs::read_to_string(tree.join("flow.h"))?;
    let is_ours = |line: &&str| names.iter().any(|name| line.contains(&format!(" {name}(")));
    let getters: Vec<_> = flow.lines().filter(is_ours).collect();
    let bindings = builder()
        .header(stubs.join("stubs.h").to_string_lossy())
        .headers(headers.iter().map(|header| header.to_string_lossy()))
        .header_contents("flow-getters.h", &getters.join("\n"))
        .clang_arg(format!("-I{}", stubs.display()))
        // Suricata's comments are GPL; only the facts are used.
        .generate_comments(false)
        .allowlist_item(names.join("|"))
        .generate()
        .with_context(|| tree.display().to_string())?;
    facts(&bindings.to_string())
}

/// The result of [`compare`].
#[derive(Debug, Default)]
pub struct Comparison {
    /// Declarations that differ, with both texts.
    pub different: Vec<String>,
    /// Names of declarations that only this project has.
    pub absent: Vec<String>,
}

/// Compares declarations of this project with others.
pub fn compare(ours: &Declarations, theirs: &Declarations) -> Comparison {
    let mut comparison = Comparison::default();
    for (name, ours) in ours {
        match theirs.get(name) {
            Some(theirs) if theirs == ours => {}
            Some(theirs) => {
                let both = format!("{name}, here:\n{ours}{name}, there:\n{theirs}");
                comparison.different.push(both);
            }
            None => comparison.absent.push(name.clone()),
        }
    }
    comparison
}

/// Splits bindgen's output into declarations.
pub fn facts(bindings: &str) -> Result<Declarations> {
    let mut file = syn::parse_file(bindings)?;
    let aliases = file.items.iter().filter_map(|item| match item {
        Item::Type(alias) => Some((alias.ident.to_string(), (*alias.ty).clone())),
        _ => None,
    });
    let aliases = aliases.filter(|(name, _)| !OPAQUE.contains(&name.as_str()));
    let mut facts = Facts(aliases.collect());
    facts.visit_file_mut(&mut file);
    let mut declarations = Declarations::new();
    for item in mem::take(&mut file.items) {
        for (name, item) in split(item)? {
            file.items = vec![item];
            declarations.insert(name, prettyplease::unparse(&file));
        }
    }
    Ok(declarations)
}

/// Returns the names that an item declares, each with an item of its own.
fn split(item: Item) -> Result<Vec<(String, Item)>> {
    let mut items = Vec::new();
    match item {
        Item::Struct(item) => items.push((item.ident.to_string(), Item::Struct(item))),
        Item::Type(item) => {
            // An alias with the name of its struct declares nothing.
            if !matches!(&*item.ty, Type::Path(path) if path.path.is_ident(&item.ident)) {
                items.push((item.ident.to_string(), Item::Type(item)));
            }
        }
        Item::Const(item) => items.push((item.ident.to_string(), Item::Const(item))),
        Item::ForeignMod(mut block) => {
            for item in mem::take(&mut block.items) {
                let ForeignItem::Fn(function) = &item else {
                    continue;
                };
                let name = function.sig.ident.to_string();
                let block = ItemForeignMod {
                    unsafety: None,
                    items: vec![item],
                    ..block.clone()
                };
                items.push((name, Item::ForeignMod(block)));
            }
        }
        // The constants of a newtype, and the variants of an enum, as numbers.
        Item::Impl(block) => {
            for item in block.items {
                let ImplItem::Const(constant) = item else {
                    continue;
                };
                if let Expr::Call(call) = constant.expr {
                    let (name, value) = (constant.ident, &call.args[0]);
                    items.push((name.to_string(), parse_quote!(const #name: c_int = #value;)));
                }
            }
        }
        Item::Enum(item) => {
            let name = item.ident;
            for variant in item.variants {
                let (name, (_, value)) = (variant.ident, variant.discriminant.context("a value")?);
                items.push((name.to_string(), parse_quote!(const #name: c_int = #value;)));
            }
            let newtype = parse_quote!(#[repr(transparent)] struct #name(c_int););
            items.push((name.to_string(), newtype));
        }
        Item::Union(_) | Item::Use(_) | Item::Static(_) | Item::Mod(_) => {}
        other => bail!("no comparison for this kind of item: {other:?}"),
    }
    Ok(items)
}

/// Leaves out the names of arguments and all attributes but `repr`, and replaces aliases by their types. A struct has
/// the same name as its tag. The host's error code is an enum without negative values, which C returns as an int.
struct Facts(HashMap<String, Type>);

impl VisitMut for Facts {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| attribute.path().is_ident("repr"));
    }

    fn visit_visibility_mut(&mut self, visibility: &mut Visibility) {
        *visibility = Visibility::Inherited;
    }

    fn visit_named_arg_mut(&mut self, argument: &mut NamedArg) {
        argument.name = None;
        visit_mut::visit_named_arg_mut(self, argument);
    }

    fn visit_pat_ident_mut(&mut self, argument: &mut PatIdent) {
        argument.ident = Ident::new("_", argument.ident.span());
    }

    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        let name = ident.to_string();
        if name.len() > 1 && name.ends_with('_') {
            *ident = Ident::new(name.trim_end_matches('_'), ident.span());
        }
    }

    fn visit_path_mut(&mut self, path: &mut TypePath) {
        if let Some(last) = path.segments.last().cloned() {
            *path = last.into();
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty {
            let name = path.path.segments.last().map(|last| last.ident.to_string());
            match name.as_deref() {
                Some("SCError") => *ty = parse_quote!(c_int),
                Some(name) => *ty = self.0.get(name).unwrap_or(ty).clone(),
                None => {}
            }
        }
        visit_mut::visit_type_mut(self, ty);
    }
}
