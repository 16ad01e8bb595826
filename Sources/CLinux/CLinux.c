#include "CLinux.h"

// Every function stands in the header, inline; the package manager wants one source file.
