//! What a built plugin file says of itself, before anything of it runs.

use std::collections::BTreeSet;

use object::elf::{ELFDATA2LSB, ELFDATA2MSB, ET_DYN, PT_DYNAMIC};
use object::read::elf::{ElfFile, FileHeader, ProgramHeader};
use object::{FileKind, NativeEndian, Object, ObjectSegment, ObjectSymbol};

/// Where an ELF file says in which order the bytes of its numbers are.
const EI_DATA: usize = 5;

/// What it says there for another machine than this one.
const OTHER_ORDER: u8 = if cfg!(target_endian = "little") {
    ELFDATA2MSB.0
} else {
    ELFDATA2LSB.0
};

/// The names in an ELF file that matter when it is opened.
#[derive(Debug)]
pub(crate) struct PluginFile {
    /// What it offers to others.
    pub(crate) defined: BTreeSet<String>,
    /// What it uses and does not define, less what may stay undefined.
    pub(crate) undefined: BTreeSet<String>,
    /// What it uses where it is there.
    pub(crate) optional: BTreeSet<String>,
    /// The libraries that it asks for.
    pub(crate) libraries: Vec<String>,
    /// Whether the names are known: the dynamic linker needs no section headers, but they do here.
    pub(crate) has_symbols: bool,
}

impl PluginFile {
    /// Reads a plugin file's bytes. The error says why it is none.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let kind = FileKind::parse(bytes);
        let order = bytes.get(EI_DATA);
        if matches!(kind, Ok(FileKind::Elf32 | FileKind::Elf64)) && order == Some(&OTHER_ORDER) {
            return Err("it is for a machine of another byte order".to_owned());
        }
        match kind {
            Ok(FileKind::Elf32) => {
                Self::parse_elf::<object::elf::FileHeader32<NativeEndian>>(bytes)
            }
            Ok(FileKind::Elf64) => {
                Self::parse_elf::<object::elf::FileHeader64<NativeEndian>>(bytes)
            }
            _ => Err("it is no ELF file".to_owned()),
        }
    }

    fn parse_elf<Elf: FileHeader<Endian = NativeEndian>>(bytes: &[u8]) -> Result<Self, String> {
        let broken = |e| format!("it is truncated or damaged: {e}");
        let file = ElfFile::<Elf>::parse(bytes).map_err(broken)?;
        let header = file.elf_header();
        if header.e_type(NativeEndian) != ET_DYN {
            return Err("it is no shared object".to_owned());
        }
        let length = bytes.len() as u64;
        let beyond = |(start, size): (u64, u64)| start.checked_add(size).is_none_or(|e| e > length);
        if file.segments().any(|segment| beyond(segment.file_range())) {
            return Err("it is truncated: it ends before its last segment does".to_owned());
        }
        let [mut defined, mut undefined, mut optional] = [const { BTreeSet::new() }; 3];
        for symbol in file.dynamic_symbols() {
            let name = symbol.name().map_err(broken)?;
            if symbol.is_definition() {
                defined.insert(name.to_owned());
            } else if symbol.is_undefined() && !name.is_empty() {
                let names = if symbol.is_weak() {
                    &mut optional
                } else {
                    &mut undefined
                };
                names.insert(name.to_owned());
            }
        }
        let segments = header
            .program_headers(NativeEndian, bytes)
            .map_err(broken)?;
        let is_dynamic = segments
            .iter()
            .any(|s| s.p_type(NativeEndian) == PT_DYNAMIC);
        let has_symbols = !is_dynamic || file.dynamic_symbol_table().is_some();
        let mut libraries = Vec::new();
        for library in file.import_libraries().map_err(broken)? {
            let name = library.map_err(broken)?.name();
            libraries.push(String::from_utf8_lossy(name).into_owned());
        }
        Ok(Self {
            defined,
            undefined,
            optional,
            libraries,
            has_symbols,
        })
    }
}
