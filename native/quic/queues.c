/* Commands into the worker and events out of it: double buffers, one lock for a whole batch. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void ccq_wake(ccq_context *context) {
  uint64_t one = 1;
  if (write(context->wake, &one, sizeof one) < 0) {
    /* The counter is full: the worker is awake already. */
  }
}

int ccq_submit(ccq_context *context, const ccq_command *commands, size_t count) {
  pthread_mutex_lock(&context->command_gate);
  size_t needed = context->command_count + count;
  bool fits = !atomic_load(&context->stopping);
  if (fits && needed > context->command_capacity) {
    ccq_command *larger = realloc(context->commands, needed * 2 * sizeof *larger);
    fits = larger != NULL;
    if (fits) {
      context->commands = larger;
      context->command_capacity = needed * 2;
    }
  }
  if (fits) {
    memcpy(context->commands + context->command_count, commands, count * sizeof *commands);
    context->command_count = needed;
  }
  pthread_mutex_unlock(&context->command_gate);
  if (!fits) {
    for (size_t i = 0; i < count; i++) {
      ccq_slab_release(commands[i].slab);
    }
    return -ENOMEM;
  }
  if (atomic_load(&context->sleeping)) {
    ccq_wake(context);
  }
  return 0;
}

size_t ccq_take_commands(ccq_context *context) {
  pthread_mutex_lock(&context->command_gate);
  ccq_command *taken = context->commands;
  size_t capacity = context->command_capacity, count = context->command_count;
  context->commands = context->taken;
  context->command_capacity = context->taken_capacity;
  context->command_count = 0;
  pthread_mutex_unlock(&context->command_gate);
  context->taken = taken;
  context->taken_capacity = capacity;
  return count;
}

bool ccq_emit(ccq_context *context, const ccq_event *event) {
  if (context->fresh_count == context->fresh_capacity) {
    size_t capacity = context->fresh_capacity ? context->fresh_capacity * 2 : 256;
    ccq_event *larger = realloc(context->fresh, capacity * sizeof *larger);
    if (!larger) {
      context->stats.allocation_failures++;
      return false;
    }
    context->fresh = larger;
    context->fresh_capacity = capacity;
  }
  context->fresh[context->fresh_count++] = *event;
  return true;
}

void ccq_publish(ccq_context *context) {
  pthread_mutex_lock(&context->event_gate);
  size_t needed = context->event_count + context->fresh_count;
  if (context->event_head + needed > context->event_capacity) {
    if (context->event_count) {
      memmove(context->events, context->events + context->event_head, context->event_count * sizeof *context->events);
    }
    context->event_head = 0;
    if (needed > context->event_capacity) {
      ccq_event *larger = realloc(context->events, needed * 2 * sizeof *larger);
      if (larger) {
        context->events = larger;
        context->event_capacity = needed * 2;
      } else {
        context->stats.allocation_failures++; /* they stay where they are; the next pass tries again */
        needed = context->event_count;
      }
    }
  }
  if (needed > context->event_count) {
    memcpy(context->events + context->event_head + context->event_count, context->fresh, context->fresh_count * sizeof *context->fresh);
    context->event_count = needed;
    context->fresh_count = 0;
    pthread_cond_signal(&context->event_ready);
  }
  context->backlog = context->event_count + context->fresh_count;
  pthread_mutex_unlock(&context->event_gate);
  context->pass++;
}

int ccq_poll(ccq_context *context, ccq_event *events, size_t max, int timeout_ms) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += timeout_ms / 1000;
  until.tv_nsec += (timeout_ms % 1000) * 1000000l;
  if (until.tv_nsec >= 1000000000l) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000l;
  }
  pthread_mutex_lock(&context->event_gate);
  while (!context->event_count && !context->events_ended && timeout_ms > 0) {
    if (pthread_cond_timedwait(&context->event_ready, &context->event_gate, &until)) {
      break;
    }
  }
  size_t count = context->event_count < max ? context->event_count : max;
  if (count) {
    memcpy(events, context->events + context->event_head, count * sizeof *events);
    context->event_head += count;
    context->event_count -= count;
  }
  bool ended = !count && context->events_ended;
  pthread_mutex_unlock(&context->event_gate);
  return ended ? -1 : (int)count;
}

void ccq_drop_queues(ccq_context *context) {
  for (size_t i = 0; i < context->command_count; i++) {
    if (context->commands[i].op == CCQ_CONNECT) {
      ccq_identity *identity;
      memcpy(&identity, context->commands[i].slab->data + sizeof(ccq_address), sizeof identity);
      ccq_identity_release(identity);
    }
    ccq_slab_release(context->commands[i].slab);
  }
  for (size_t i = 0; i < context->event_count; i++) {
    ccq_slab_release(context->events[context->event_head + i].slab);
  }
  for (size_t i = 0; i < context->fresh_count; i++) {
    ccq_slab_release(context->fresh[i].slab);
  }
  free(context->commands);
  free(context->taken);
  free(context->events);
  free(context->fresh);
}
