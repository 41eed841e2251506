//! Holds no code: the tests compare the pages with what they speak of, and run the plugins on the page for those who
//! come from `suricata-ffi`, which are in `migration`.
