/* libsecp256k1 prints before it aborts; a trap says as much. */
#ifndef CC_STDIO_H
#define CC_STDIO_H
#define stderr 0
#define fprintf(...) ((void)0)
#endif
