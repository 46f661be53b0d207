#include "dht.h"
#include <cstring>
#include <deque>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/disabled_disk_io.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/session_stats.hpp>

namespace lt = libtorrent;
using settings = lt::settings_pack;

namespace {

constexpr int waiting_events = 20000;
constexpr std::size_t learned_addresses = 24;

struct queued {
  cc_dht_event event{};
  std::string data;
};

using host = std::pair<std::string, int>;

bool is_address(std::string const& text) {
  lt::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

std::vector<host> parse_hosts(std::string rest) {
  std::vector<host> hosts;
  while (!rest.empty()) {
    auto const comma = rest.find(',');
    std::string const one = rest.substr(0, comma);
    rest = comma == std::string::npos ? std::string() : rest.substr(comma + 1);
    auto const colon = one.rfind(':');
    if (colon == std::string::npos || colon == 0) throw std::runtime_error("'" + one + "' is not host:port");
    std::string name = one.substr(0, colon);
    int port = 0;
    for (char const c : one.substr(colon + 1)) {
      if (c < '0' || c > '9' || port > 65535) throw std::runtime_error("'" + one + "' has no port");
      port = port * 10 + (c - '0');
    }
    if (port < 1 || port > 65535) throw std::runtime_error("'" + one + "' has no port");
    if (name.size() > 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
    hosts.emplace_back(std::move(name), port);
  }
  return hosts;
}

int mask(lt::alert_category_t categories) { return static_cast<int>(static_cast<std::uint32_t>(categories)); }

lt::alert_category_t const basic_alerts =
    lt::alert_category::dht | lt::alert_category::dht_operation | lt::alert_category::port_mapping | lt::alert_category::status | lt::alert_category::error;

lt::settings_pack settings_of(char const* listen, std::string const& names, std::uint32_t flags) {
  lt::settings_pack s;
  bool const local = flags & CC_DHT_LOCAL;
  bool const map = flags & CC_DHT_MAP_PORTS;
  s.set_str(settings::listen_interfaces, listen);
  s.set_str(settings::dht_bootstrap_nodes, names); // The library's default is a public host.
  s.set_str(settings::user_agent, "");
  s.set_bool(settings::enable_dht, !(flags & CC_DHT_MAPPING_ONLY));
  s.set_bool(settings::enable_lsd, false);
  s.set_bool(settings::enable_upnp, map);
  s.set_bool(settings::enable_natpmp, map); // PCP too.
  for (int const off : {settings::enable_incoming_tcp, settings::enable_outgoing_tcp, settings::enable_incoming_utp, settings::enable_outgoing_utp})
    s.set_bool(off, false);
  s.set_int(settings::max_retry_port_bind, 0); // By default it takes another port than the one that was asked for.
  s.set_bool(settings::listen_system_port_fallback, false);
  s.set_bool(settings::dht_read_only, flags & CC_DHT_READ_ONLY);
  s.set_bool(settings::dht_aggressive_lookups, true);
  s.set_int(settings::dht_max_fail_count, 2); // By default 20: a dead node then delays every lookup that it is in by the 15 s of an RPC's timeout.
  if (local) {
    for (int const off : {settings::dht_restrict_routing_ips, settings::dht_restrict_search_ips, settings::dht_enforce_node_id,
                          settings::dht_prefer_verified_node_ids, settings::dht_ignore_dark_internet})
      s.set_bool(off, false);
    s.set_int(settings::dht_block_ratelimit, 1000000);    // By default 5 packets a second of one address, then it is ignored for 5 minutes.
    s.set_int(settings::dht_upload_rate_limit, 10000000); // By default 8,000 bytes a second.
  }
  s.set_int(settings::aio_threads, 1);
  s.set_int(settings::hashing_threads, 0);
  s.set_int(settings::alert_queue_size, waiting_events);
  s.set_int(settings::alert_mask, mask(basic_alerts | (flags & CC_DHT_LEARN ? lt::alert_category::dht_log : lt::alert_category_t{})));
  return s;
}

lt::sha1_hash hash_of(std::uint8_t const* bytes) { return lt::sha1_hash(reinterpret_cast<char const*>(bytes)); }

template <class F> int guarded(F&& f) noexcept {
  try {
    return f();
  } catch (...) {
    return CC_DHT_FAILED;
  }
}

void append_peer(std::string& out, lt::address const& a, int port) {
  auto const bytes = (a.is_v6() ? a.to_v6() : boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, a.to_v4())).to_bytes();
  out.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  out.push_back(static_cast<char>(port >> 8));
  out.push_back(static_cast<char>(port));
}

} // namespace

struct cc_dht {
  std::unique_ptr<lt::session> session;
  std::deque<queued> queue; // The poller's.
  std::set<lt::udp::endpoint> heard;
  bool learns = false;
  int metrics[5];

  void pump() {
    std::vector<lt::alert*> alerts;
    session->pop_alerts(&alerts);
    for (lt::alert* const alert : alerts) take(alert);
  }

  void take(lt::alert* alert) {
    queued q;
    auto& e = q.event;
    if (auto* packet = lt::alert_cast<lt::dht_pkt_alert>(alert)) {
      if (learns && packet->direction == lt::dht_pkt_alert::incoming) learn(packet->node);
      return;
    } else if (auto* found = lt::alert_cast<lt::dht_get_peers_reply_alert>(alert)) {
      e.type = CC_DHT_PEERS;
      std::memcpy(e.topic, found->info_hash.data(), sizeof e.topic);
      for (auto const& peer : found->peers()) append_peer(q.data, peer.address(), peer.port());
    } else if (auto* stats = lt::alert_cast<lt::session_stats_alert>(alert)) {
      e.type = CC_DHT_STATISTICS;
      auto const counters = stats->counters();
      for (int const index : metrics) {
        std::int64_t const value = index < 0 ? 0 : counters[index];
        q.data.append(reinterpret_cast<char const*>(&value), sizeof value);
      }
    } else if (lt::alert_cast<lt::dht_bootstrap_alert>(alert)) {
      e.type = CC_DHT_BOOTSTRAPPED;
    } else if (auto* listening = lt::alert_cast<lt::listen_succeeded_alert>(alert)) {
      if (listening->socket_type != lt::socket_type_t::utp) return; // The UDP socket, which the DHT shares.
      e.type = CC_DHT_LISTENING;
      e.code = listening->port;
      q.data = listening->address.to_string();
    } else if (lt::alert_cast<lt::listen_failed_alert>(alert)) {
      e.type = CC_DHT_LISTEN_FAILED;
      q.data = alert->message();
    } else if (auto* mapped = lt::alert_cast<lt::portmap_alert>(alert)) {
      e.type = CC_DHT_MAPPED;
      e.code = mapped->external_port;
      e.handle = static_cast<int>(mapped->mapping);
    } else if (auto* unmapped = lt::alert_cast<lt::portmap_error_alert>(alert)) {
      e.type = CC_DHT_MAPPING_FAILED;
      e.handle = static_cast<int>(unmapped->mapping);
      q.data = alert->message();
    } else if (auto* external = lt::alert_cast<lt::external_ip_alert>(alert)) {
      e.type = CC_DHT_EXTERNAL_ADDRESS;
      append_peer(q.data, external->external_address, 0);
    } else if (lt::alert_cast<lt::dht_error_alert>(alert)) {
      e.type = CC_DHT_ERROR;
      q.data = alert->message();
    } else if (lt::alert_cast<lt::alerts_dropped_alert>(alert)) {
      e.type = CC_DHT_DROPPED;
    } else {
      return;
    }
    queue.push_back(std::move(q));
  }

  void learn(lt::udp::endpoint const& from) {
    if (!heard.insert(from).second) return;
    session->add_dht_node({from.address().to_string(), from.port()});
    if (heard.size() < learned_addresses) return;
    learns = false;
    lt::settings_pack quiet;
    quiet.set_int(settings::alert_mask, mask(basic_alerts));
    session->apply_settings(quiet);
  }
};

extern "C" {

cc_dht* cc_dht_open(const char* listen, const char* bootstrap, const uint8_t* state, size_t state_length, uint32_t flags, char* error, size_t error_size) {
  try {
    lt::session_params params;
    if (state && state_length)
      params = lt::read_session_params(lt::span<char const>(reinterpret_cast<char const*>(state), static_cast<std::ptrdiff_t>(state_length)),
                                       lt::session_handle::save_dht_state);
    std::vector<host> hosts = parse_hosts(bootstrap);
    std::string names; // add_dht_node is for addresses; names are resolved as bootstrap nodes.
    for (auto const& [name, port] : hosts)
      if (!is_address(name)) names += (names.empty() ? "" : ",") + name + ":" + std::to_string(port);
    // 2.0.8 starts its DHT before it looks at the nodes of the state. A node added by add_dht_node is in the tables after one round trip.
    for (auto* nodes : {&params.dht_state.nodes, &params.dht_state.nodes6})
      for (auto const& node : *nodes) hosts.emplace_back(node.address().to_string(), node.port());
    params.settings = settings_of(listen, names, flags);
    params.disk_io_constructor = lt::disabled_disk_io_constructor;
    auto node = std::make_unique<cc_dht>();
    node->learns = flags & CC_DHT_LEARN;
    char const* const names_of_metrics[] = {"dht.dht_nodes", "dht.dht_torrents", "dht.dht_peers", "dht.dht_bytes_in", "dht.dht_bytes_out"};
    for (int i = 0; i < 5; ++i) node->metrics[i] = lt::find_metric_idx(names_of_metrics[i]);
    node->session = std::make_unique<lt::session>(std::move(params), lt::session_flags_t{}); // No plugins.
    for (auto const& h : hosts)
      if (is_address(h.first)) node->session->add_dht_node(h);
    return node.release();
  } catch (std::exception const& x) {
    if (error && error_size) {
      std::strncpy(error, x.what(), error_size - 1);
      error[error_size - 1] = 0;
    }
  } catch (...) {
    if (error && error_size) error[0] = 0;
  }
  return nullptr;
}

void cc_dht_close(cc_dht** nodes, int count) {
  guarded([&] {
    std::vector<lt::session_proxy> ending; // abort returns at once; the proxies wait for the threads.
    for (int i = 0; i < count; ++i) {
      ending.push_back(nodes[i]->session->abort());
      delete nodes[i];
    }
    return 0;
  });
}

int cc_dht_add_node(cc_dht* node, const char* address, int port) {
  return guarded([&] {
    node->session->add_dht_node({address, port});
    return 0;
  });
}

int cc_dht_warm(cc_dht* node) {
  return guarded([&] {
    std::random_device entropy;
    std::uint8_t topic[20];
    for (auto& byte : topic) byte = static_cast<std::uint8_t>(entropy());
    node->session->dht_get_peers(hash_of(topic));
    return 0;
  });
}

int cc_dht_announce(cc_dht* node, const uint8_t topic[20], int port) {
  return guarded([&] {
    node->session->dht_announce(hash_of(topic), port, {});
    return 0;
  });
}

int cc_dht_find(cc_dht* node, const uint8_t topic[20]) {
  return guarded([&] {
    node->session->dht_get_peers(hash_of(topic));
    return 0;
  });
}

int cc_dht_request_statistics(cc_dht* node) {
  return guarded([&] {
    node->session->post_session_stats();
    return 0;
  });
}

int cc_dht_node_ids(cc_dht* node, uint8_t* ids, int max) {
  return guarded([&] {
    auto const known = node->session->session_state(lt::session_handle::save_dht_state).dht_state.nids;
    int count = 0;
    for (auto const& [address, id] : known)
      if (count < max) std::memcpy(ids + 20 * count++, id.data(), 20);
    return count;
  });
}

int cc_dht_save(cc_dht* node, uint8_t* buffer, size_t capacity) {
  return guarded([&]() -> int {
    auto const bytes = lt::write_session_params_buf(node->session->session_state(lt::session_handle::save_dht_state), lt::session_handle::save_dht_state);
    if (bytes.size() > capacity) return CC_DHT_TOO_SMALL;
    std::memcpy(buffer, bytes.data(), bytes.size());
    return static_cast<int>(bytes.size());
  });
}

int cc_dht_map_port(cc_dht* node, int udp, int external_port, int local_port, int32_t* handles, int max) {
  return guarded([&] {
    auto const made = node->session->add_port_mapping(udp ? lt::portmap_protocol::udp : lt::portmap_protocol::tcp, external_port, local_port);
    int count = 0;
    for (auto const handle : made)
      if (count < max) handles[count++] = static_cast<int>(handle);
    return count;
  });
}

int cc_dht_unmap_port(cc_dht* node, int32_t handle) {
  return guarded([&] {
    node->session->delete_port_mapping(lt::port_mapping_t(handle));
    return 0;
  });
}

int cc_dht_poll(cc_dht* node, cc_dht_event* events, int max, uint8_t* buffer, size_t capacity, int timeout_ms) {
  return guarded([&]() -> int {
    if (node->queue.empty()) node->pump();
    if (node->queue.empty() && timeout_ms > 0 && node->session->wait_for_alert(lt::milliseconds(timeout_ms))) node->pump();
    int count = 0;
    std::size_t used = 0;
    while (count < max && !node->queue.empty()) {
      auto& q = node->queue.front();
      if (used + q.data.size() > capacity) {
        if (count == 0) return CC_DHT_TOO_SMALL;
        break;
      }
      q.event.offset = static_cast<std::uint32_t>(used);
      q.event.length = static_cast<std::uint32_t>(q.data.size());
      std::memcpy(buffer + used, q.data.data(), q.data.size());
      used += q.data.size();
      events[count++] = q.event;
      node->queue.pop_front();
    }
    return count;
  });
}
}
