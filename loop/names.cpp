// The words for operations, as reports and choices use them.
#include "twinloop/op.hpp"

namespace twinloop {

const char* name(op_kind kind) noexcept {
  switch (kind) {
    case op_kind::accept:
      return "accept";
    case op_kind::connect:
      return "connect";
    case op_kind::recv:
      return "recv";
    case op_kind::send:
      return "send";
    case op_kind::shutdown:
      return "shutdown";
    case op_kind::close:
      return "close";
    case op_kind::file:
      return "file";
    case op_kind::resolve:
      return "resolve";
    case op_kind::work:
      return "work";
  }
  return "unknown";
}

const char* name(file_call call) noexcept {
  switch (call) {
    case file_call::open:
      return "open";
    case file_call::read_at:
      return "read_at";
    case file_call::write_at:
      return "write_at";
    case file_call::sync:
      return "sync";
    case file_call::close:
      return "close";
    case file_call::status:
      return "status";
    case file_call::truncate:
      return "truncate";
    case file_call::rename:
      return "rename";
    case file_call::unlink:
      return "unlink";
    case file_call::make_directory:
      return "make_directory";
    case file_call::remove_directory:
      return "remove_directory";
    case file_call::list:
      return "list";
    case file_call::sync_directory:
      return "sync_directory";
  }
  return "unknown";
}

}  // namespace twinloop
