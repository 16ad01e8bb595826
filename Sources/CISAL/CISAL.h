// Debian's ISA-L (package libisal-dev), which has no static archive: for podman-transfer alone.
#ifndef CISAL_H
#define CISAL_H

#include <isa-l/igzip_lib.h>

// Swift sees no constant that is made of others.
enum { CISAL_LEVEL_2_BUFFER = ISAL_DEF_LVL2_EXTRA_LARGE };

#endif
