// The settings of the libevent program, and its bases.
#pragma once

#include <event2/event.h>

namespace bench::peer {

/// api=bufferevent: bufferevents and evconnlistener instead of bare events.
inline bool buffered = false;
/// common=1: a common timeout queue for timers-rearm.
inline bool common_timeout = false;

inline event_base* make_base(bool lockable = false) {
  event_config* configuration = event_config_new();
  if (!lockable) event_config_set_flag(configuration, EVENT_BASE_FLAG_NOLOCK);
  event_base* made = event_base_new_with_config(configuration);
  event_config_free(configuration);
  return made;
}

}  // namespace bench::peer
