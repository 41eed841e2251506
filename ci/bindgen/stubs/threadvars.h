/* Stands in for the host's header of this name, which needs a configured
 * source tree. Plugins have only pointers to what it defines. */
#include "suricata_thread_opaque.h"
