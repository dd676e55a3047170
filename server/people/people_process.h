// The simulated people as a process of their own, started and ended by the demo. Not a thread: they are clients like
// any other, what they cost is seen by itself, and a fault of theirs takes no server down. It is started again when it
// dies, and ends by itself when the demo does, however that ends, because its standard input is closed then.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include <sys/types.h>

namespace plenary::people {

class PeopleProcess {
 public:
  // `job`: one line for its standard input. Starts this program as `plenary people`.
  explicit PeopleProcess(std::string job);
  ~PeopleProcess();
  PeopleProcess(const PeopleProcess&) = delete;
  PeopleProcess& operator=(const PeopleProcess&) = delete;

 private:
  void supervise();
  // Whether it may be started again.
  bool live_once();

  const std::string job_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_, as all below
  bool done_ = false;
  pid_t process_ = -1;
  std::thread thread_;
};

}  // namespace plenary::people
