/* Stands in for the host's header of this name, which needs a configured
 * source tree. The headers read from such a tree want no more than this. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
