// Debian's ISA-L (package libisal-dev), which has no static archive: for podman-transfer alone.
#ifndef CISAL_H
#define CISAL_H

#include <isa-l/igzip_lib.h>

#endif
