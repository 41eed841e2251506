//! What `suricata-sys` 8.0.8 declares of 8.0: the plugin, its version, the log's levels.
//! Nothing published has the rest; `ci/bindings --source` compares it with Suricata's headers.

use core::mem::{offset_of, size_of};

use suricata_sys_8::sys as theirs;
use suricata_thread_sys as ours;

macro_rules! same_in_8 {
    (fields { $($field:ident)* } levels { $($level:ident)* }) => {
        const _: () = {
            type Ours = ours::common::SCPlugin;
            assert!(size_of::<Ours>() == size_of::<theirs::SCPlugin>());
            $(assert!(
                offset_of!(Ours, $field) == offset_of!(theirs::SCPlugin, $field),
                concat!("8.0: SCPlugin.", stringify!($field), " has another offset")
            );)*
            $(assert!(
                ours::common::SCLogLevel::$level.0 as i64 == theirs::SCLogLevel::$level as i64,
                concat!("8.0: ", stringify!($level), " has another value")
            );)*
            assert!(ours::v8::SC_API_VERSION == theirs::SC_API_VERSION as u64);
            assert!(size_of::<ours::common::SCLogLevel>() == size_of::<theirs::SCLogLevel>());
            let _: unsafe extern "C" fn() -> theirs::SCLogLevel = theirs::SCLogGetLogLevel;
        };
    };
}

same_in_8! {
    fields { version suricata_version name plugin_version license author Init }
    levels {
        SC_LOG_NOTSET SC_LOG_NONE SC_LOG_ERROR SC_LOG_WARNING SC_LOG_NOTICE SC_LOG_INFO SC_LOG_PERF
        SC_LOG_CONFIG SC_LOG_DEBUG
    }
}
