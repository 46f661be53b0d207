/* The five functions of <string.h> that libsecp256k1 and this folder call; bodies in mem.c. */
#ifndef CC_STRING_H
#define CC_STRING_H
#include <stddef.h>
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
#endif
