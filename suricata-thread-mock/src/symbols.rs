//! The names under which plugins find the host's functions.

use crate::api::Api;
use crate::c_api::{common, v8, v9};

/// A function of the C API: its name, and where this crate has it.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) address: *const (),
}

macro_rules! functions {
    ($module:ident: $($name:ident)*) => {
        vec![$(Function { name: stringify!($name), address: $module::$name as *const () }),*]
    };
}

/// The functions that both generations have.
pub(crate) fn common() -> Vec<Function> {
    functions![common:
        SCThreadRegisterInitCallback SCThreadRunInitCallbacks
        SCFlowRegisterInitCallback SCFlowRunInitCallbacks
        SCFlowRegisterUpdateCallback SCFlowRunUpdateCallbacks
        SCFlowRegisterFinishCallback SCFlowRunFinishCallbacks
        SCLogMessage SCLogGetLogLevel]
}

/// The functions that only this generation has.
pub(crate) fn only(api: Api) -> Vec<Function> {
    match api {
        Api::V8 => functions![v8:
            StorageInit StorageFinalize StorageCleanup
            ThreadStorageSize ThreadStorageRegister
            ThreadGetStorageById ThreadSetStorageById ThreadAllocStorageById
            ThreadFreeStorageById ThreadFreeStorage],
        Api::V9 => functions![v9:
            SCStorageInit SCStorageFinalize SCStorageCleanup
            SCThreadStorageSize SCThreadStorageRegister
            SCThreadGetStorageById SCThreadSetStorageById
            SCThreadFreeStorageById SCThreadFreeStorage],
    }
}

/// Every function of either generation.
pub(crate) fn all() -> impl Iterator<Item = Function> {
    common()
        .into_iter()
        .chain(only(Api::V8))
        .chain(only(Api::V9))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_c_function_of_this_crate_is_listed() {
        let sources = [
            include_str!("c_api/common.rs"),
            include_str!("c_api/v8.rs"),
            include_str!("c_api/v9.rs"),
        ];
        let defined: BTreeSet<_> = sources
            .iter()
            .flat_map(|source| source.split("extern \"C\" fn ").skip(1))
            .filter_map(|rest| rest.split('(').next())
            .collect();
        let listed: BTreeSet<_> = super::all().map(|f| f.name).collect();
        assert_eq!(listed, defined);
        assert!(listed.len() > 20);
    }
}
