//! Holds no code. The tests compare the pages with the code, and run the plugins in `migration`, which the page for
//! those who come from `suricata-ffi` shows.
