//! The plugin with suricata-thread.

mod life;
#[path = "../examples/migration_here.rs"]
mod plugin;

#[test]
fn from_its_init_on_it_is_written_as_the_one_with_suricata_ffi() {
    let [there, here] = [
        include_str!("../examples/migration_there.rs"),
        include_str!("../examples/migration_here.rs"),
    ]
    .map(|source| source.split_once("\nfn init() ").map(|(_, rest)| rest));
    assert!(here.is_some());
    assert_eq!(here, there);
}
