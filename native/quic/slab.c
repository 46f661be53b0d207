/* Reference-counted memory that application and worker share. */
#include "internal.h"

#include <stdlib.h>

static _Atomic int64_t slabs;

ccq_slab *ccq_slab_new(size_t size) {
  if (size > UINT32_MAX) {
    return NULL;
  }
  ccq_slab *slab = malloc(sizeof *slab + size);
  if (slab) {
    atomic_init(&slab->references, 1);
    slab->size = (uint32_t)size;
    atomic_fetch_add_explicit(&slabs, 1, memory_order_relaxed);
  }
  return slab;
}

void *ccq_slab_data(ccq_slab *slab) { return slab->data; }

void ccq_slab_retain(ccq_slab *slab) { atomic_fetch_add_explicit(&slab->references, 1, memory_order_relaxed); }

void ccq_slab_release(ccq_slab *slab) {
  if (slab && atomic_fetch_sub_explicit(&slab->references, 1, memory_order_acq_rel) == 1) {
    atomic_fetch_sub_explicit(&slabs, 1, memory_order_relaxed);
    free(slab);
  }
}

int64_t ccq_slabs(void) { return atomic_load_explicit(&slabs, memory_order_relaxed); }
