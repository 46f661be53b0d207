/* Connections in a binary heap by the time at which they want to be looked at. */
#include "internal.h"

#include <stdlib.h>

static void place(ccq_context *context, size_t index, ccq_connection *connection) {
  context->heap[index] = connection;
  connection->heap_index = index;
}

static void rise(ccq_context *context, size_t index) {
  ccq_connection *connection = context->heap[index];
  while (index && context->heap[(index - 1) / 2]->expiry > connection->expiry) {
    place(context, index, context->heap[(index - 1) / 2]);
    index = (index - 1) / 2;
  }
  place(context, index, connection);
}

static void sink(ccq_context *context, size_t index) {
  ccq_connection *connection = context->heap[index];
  for (;;) {
    size_t child = 2 * index + 1;
    if (child >= context->heap_count) {
      break;
    }
    if (child + 1 < context->heap_count && context->heap[child + 1]->expiry < context->heap[child]->expiry) {
      child++;
    }
    if (context->heap[child]->expiry >= connection->expiry) {
      break;
    }
    place(context, index, context->heap[child]);
    index = child;
  }
  place(context, index, connection);
}

bool ccq_timers_add(ccq_connection *connection) {
  ccq_context *context = connection->context;
  if (context->heap_count == context->heap_capacity) {
    size_t capacity = context->heap_capacity ? context->heap_capacity * 2 : 64;
    ccq_connection **heap = realloc(context->heap, capacity * sizeof *heap);
    if (!heap) {
      context->stats.allocation_failures++;
      return false;
    }
    context->heap = heap;
    context->heap_capacity = capacity;
  }
  connection->expiry = UINT64_MAX;
  place(context, context->heap_count++, connection);
  return true;
}

void ccq_timers_remove(ccq_connection *connection) {
  ccq_context *context = connection->context;
  size_t index = connection->heap_index;
  ccq_connection *last = context->heap[--context->heap_count];
  if (last != connection) {
    place(context, index, last);
    rise(context, index);
    sink(context, last->heap_index);
  }
}

void ccq_timers_move(ccq_connection *connection, uint64_t expiry) {
  uint64_t before = connection->expiry;
  connection->expiry = expiry;
  if (expiry < before) {
    rise(connection->context, connection->heap_index);
  } else if (expiry > before) {
    sink(connection->context, connection->heap_index);
  }
}
