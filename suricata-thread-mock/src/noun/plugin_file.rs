//! The symbols of a plugin file, read before any of its code runs.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use object::elf::{EM_386, EM_AARCH64, EM_ARM, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64};
use object::elf::{ET_DYN, PT_DYNAMIC};
use object::read::elf::{ElfFile, FileHeader, ProgramHeader};
use object::{Endianness, FileKind, Object, ObjectSection, ObjectSegment, ObjectSymbol};

/// No plugin or Suricata is larger, but a sparse file may be.
const LARGEST: u64 = 512 << 20;

#[derive(Debug)]
#[allow(dead_code, reason = "library and program each use a part")]
pub(crate) struct PluginFile {
    /// A message if the file is for another machine.
    pub(crate) other_machine: Option<String>,
    pub(crate) is_shared_object: bool,
    pub(crate) is_rust: bool,
    pub(crate) defined: BTreeSet<String>,
    /// Undefined symbols, except weak ones.
    pub(crate) undefined: BTreeSet<String>,
    /// Undefined weak symbols.
    pub(crate) optional: BTreeSet<String>,
    pub(crate) libraries: Vec<String>,
    /// `false` without section headers, which the dynamic linker does not need.
    pub(crate) has_symbols: bool,
}

impl PluginFile {
    /// Reads a regular file; pipes and devices may never end.
    pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
        let about = fs::metadata(path)?;
        if about.is_dir() {
            return Err(io::Error::other(
                "it is a folder, and Suricata loads each file in it whose name contains .so: name \
                 one of those",
            ));
        }
        if !about.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        // Files of the kernel have this length, and may never end.
        if about.len() == 0 {
            return Ok(Vec::new());
        }
        if about.len() > LARGEST {
            return Err(io::Error::other(format!(
                "it has {} MiB: no plugin has more than {}",
                about.len() >> 20,
                LARGEST >> 20
            )));
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        match FileKind::parse(bytes) {
            Ok(FileKind::Elf32) => Self::parse_elf::<object::elf::FileHeader32<Endianness>>(bytes),
            Ok(FileKind::Elf64) => Self::parse_elf::<object::elf::FileHeader64<Endianness>>(bytes),
            // The dynamic linker's words.
            _ if bytes.len() < 64 => Err("it is not an ELF file: file too short".to_owned()),
            _ => Err("it is not an ELF file: invalid ELF header".to_owned()),
        }
    }

    fn parse_elf<Elf: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> Result<Self, String> {
        let broken = |e| format!("it is truncated or damaged: {e}");
        let file = ElfFile::<Elf>::parse(bytes).map_err(broken)?;
        let (header, endian) = (file.elf_header(), file.endian());
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
        let segments = header.program_headers(endian, bytes).map_err(broken)?;
        let is_dynamic = segments.iter().any(|s| s.p_type(endian) == PT_DYNAMIC);
        let has_symbols = !is_dynamic || file.dynamic_symbol_table().is_some();
        let mut libraries = Vec::new();
        for library in file.import_libraries().map_err(broken)? {
            let name = library.map_err(broken)?.name();
            libraries.push(String::from_utf8_lossy(name).into_owned());
        }
        let comment = file.section_by_name(".comment");
        let comment = comment.and_then(|section| section.data().ok());
        let machine = machine(header.e_machine(endian).0, header.is_class_64(), endian);
        let this = std::env::consts::ARCH;
        Ok(Self {
            other_machine: (machine != this)
                .then(|| format!("it is for {machine}, and this program is for {this}")),
            is_rust: comment.is_some_and(|text| text.windows(6).any(|part| part == b"rustc ")),
            is_shared_object: header.e_type(endian) == ET_DYN,
            defined,
            undefined,
            optional,
            libraries,
            has_symbols,
        })
    }
}

fn machine(number: u16, is_64: bool, endian: Endianness) -> String {
    let little = endian == Endianness::Little;
    let known = [
        (EM_X86_64, "x86_64"),
        (EM_386, "x86"),
        (EM_AARCH64, "aarch64"),
        (EM_ARM, "arm"),
        (EM_PPC64, "powerpc64"),
        (EM_S390, "s390x"),
        (EM_RISCV, if is_64 { "riscv64" } else { "riscv32" }),
    ];
    match known.into_iter().find(|(machine, _)| machine.0 == number) {
        Some((EM_X86_64 | EM_AARCH64, name)) if !little => {
            format!("{name} of the other byte order")
        }
        Some((_, name)) => name.to_owned(),
        None => format!("machine {number}"),
    }
}
