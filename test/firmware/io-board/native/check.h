/** A check that fails ends the program and says where. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                         \
    do {                                                                         \
        if (condition) break;                                                    \
        printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
        exit(1);                                                                 \
    } while (0)

#endif
