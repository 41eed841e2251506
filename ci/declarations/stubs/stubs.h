/* Stands in for the headers that Suricata's headers include, so that they need neither a configured
 * tree nor other libraries. This hides no difference: clang refuses another declaration of a name. */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include "suricata_thread_opaque.h"

#define SURICATA_DEBUG_FILTERS_H
#define SURICATA_FLOW_H
#define SURICATA_RUNMODES_H
#define SURICATA_SURICATA_COMMON_H
#define SURICATA_THREADS_H
#define SURICATA_THREADVARS_H

#define ATTR_FMT_PRINTF(format, arguments)
#define __SCFILENAME__ __FILE__

typedef int SCMutex;
typedef int SCRunMode;
typedef int TmEcode;
typedef void pcre2_code;
typedef void pcre2_match_data;
enum SCRunModes { SUBSTITUTE };

/* The tag of the struct, whose name this project uses. */
#define SCPlugin_ SCPlugin
/* The error code is an enum without negative values, which C returns as an int. */
#define SCError int
#define SURICATA_UTIL_ERROR_H
