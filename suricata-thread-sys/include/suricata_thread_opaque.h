/* The host's types that a plugin only has pointers to. The struct tags are
 * the host's own, so that its headers may repeat these typedefs.
 *
 * bindgen leaves them out: src/opaque.rs declares them in a way that keeps
 * Rust code from building, copying or sending one. */
#ifndef SURICATA_THREAD_OPAQUE_H
#define SURICATA_THREAD_OPAQUE_H

typedef struct ThreadVars_ ThreadVars;
typedef struct Flow_ Flow;
typedef struct Packet_ Packet;

#endif
