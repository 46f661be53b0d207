/* Socket addresses and their form for the application. */
#include "internal.h"

#include <string.h>

socklen_t ccq_address_length(const ccq_sockaddr *address) { return address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4; }

bool ccq_address_equal(const ccq_sockaddr *a, const ccq_sockaddr *b) {
  if (a->any.sa_family != b->any.sa_family) {
    return false;
  }
  return a->any.sa_family == AF_INET6
           ? a->v6.sin6_port == b->v6.sin6_port && memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0
           : a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

void ccq_address_out(ccq_address *to, const ccq_sockaddr *from) {
  *to = (ccq_address){0};
  if (from->any.sa_family == AF_INET) {
    to->family = 4;
    to->port = ntohs(from->v4.sin_port);
    memcpy(to->ip, &from->v4.sin_addr, 4);
  } else if (IN6_IS_ADDR_V4MAPPED(&from->v6.sin6_addr)) {
    to->family = 4;
    to->port = ntohs(from->v6.sin6_port);
    memcpy(to->ip, from->v6.sin6_addr.s6_addr + 12, 4);
  } else {
    to->family = 6;
    to->port = ntohs(from->v6.sin6_port);
    to->scope = from->v6.sin6_scope_id;
    memcpy(to->ip, &from->v6.sin6_addr, 16);
  }
}

/* In the family of the socket: on a dual-stack socket IPv4 addresses are mapped into IPv6. */
bool ccq_address_in(const ccq_context *context, ccq_sockaddr *to, const ccq_address *from) {
  memset(to, 0, sizeof *to);
  if (context->local.any.sa_family == AF_INET) {
    to->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(from->port)};
    memcpy(&to->v4.sin_addr, from->ip, 4);
    return from->family == 4;
  }
  to->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(from->port), .sin6_scope_id = from->scope};
  if (from->family == 4) {
    to->v6.sin6_addr.s6_addr[10] = to->v6.sin6_addr.s6_addr[11] = 0xff;
    memcpy(to->v6.sin6_addr.s6_addr + 12, from->ip, 4);
    return IN6_IS_ADDR_UNSPECIFIED(&context->local.v6.sin6_addr) || IN6_IS_ADDR_V4MAPPED(&context->local.v6.sin6_addr);
  }
  memcpy(&to->v6.sin6_addr, from->ip, 16);
  return from->family == 6;
}

void ccq_local(ccq_context *context, ccq_address *address) { ccq_address_out(address, &context->local); }
