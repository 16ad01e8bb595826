// Debian's liblzma (package liblzma-dev); a static program takes its archive.
#ifndef CLZMA_H
#define CLZMA_H

#include <lzma.h>

#endif
