// Addresses, ports and checksums of a packet.
#include <string.h>
#include "lab.h"

#define ICMP 1
#define TCP 6
#define UDP 17
#define ECHO_REPLY 0
#define ECHO_REQUEST 8

uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }
static void put16(uint8_t *at, uint16_t value) { at[0] = (uint8_t)(value >> 8), at[1] = (uint8_t)value; }

bool flow_read(struct flow *flow, uint8_t *bytes, int length) {
  memset(flow, 0, sizeof *flow);
  if (length >= 40 && bytes[0] >> 4 == 6) {
    flow->is_v6 = true;
    return true;
  }
  int header = (bytes[0] & 15) * 4;
  if (length < 20 || bytes[0] >> 4 != 4 || header < 20 || length < header + 8 || (get16(bytes + 6) & 0x1fff)) return false;
  flow->protocol = bytes[9];
  flow->source = get32(bytes + 12);
  flow->target = get32(bytes + 16);
  uint8_t *body = bytes + header;
  switch (flow->protocol) {
    case UDP:
      flow->source_port = body, flow->target_port = body + 2;
      if (get16(body + 6)) flow->checksum = body + 6;
      break;
    case TCP:
      if (length < header + 20) return false;
      flow->source_port = body, flow->target_port = body + 2, flow->checksum = body + 16;
      break;
    case ICMP:
      if (body[0] == ECHO_REQUEST) flow->source_port = body + 4;
      if (body[0] == ECHO_REPLY) flow->target_port = body + 4;
      flow->checksum = body + 2;
      break;
  }
  return true;
}

// RFC 1624, equation 3.
static void amend(uint8_t *checksum, uint16_t old, uint16_t new) {
  uint32_t sum = (uint16_t)~get16(checksum) + (uint32_t)(uint16_t)~old + new;
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  put16(checksum, (uint16_t)~sum);
}

void flow_set_address(struct flow *flow, uint8_t *bytes, bool target, uint32_t address) {
  uint8_t *at = bytes + (target ? 16 : 12);
  for (int i = 0; i < 4; i += 2) {
    uint16_t old = get16(at + i), new = (uint16_t)(address >> (i ? 0 : 16));
    amend(bytes + 10, old, new);
    if (flow->checksum && flow->protocol != ICMP) amend(flow->checksum, old, new);
    put16(at + i, new);
  }
  *(target ? &flow->target : &flow->source) = address;
}

void flow_set_port(struct flow *flow, uint8_t *at, uint16_t port) {
  if (flow->checksum) amend(flow->checksum, get16(at), port);
  put16(at, port);
}
