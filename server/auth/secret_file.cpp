#include "server/auth/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "server/auth/token_signer.h"

namespace plenary::server {
namespace {

constexpr std::size_t kMaxSecret = 4'096;
constexpr std::size_t kMadeSecret = 48;  // characters, 285 bits

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Error fault(const char* code, const std::filesystem::path& path, const std::string& what) {
  return {code, "secret file " + path.string() + ": " + what};
}

}  // namespace

Result<std::string> read_secret_file(const std::filesystem::path& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.descriptor() < 0) {
    return fault(errno == ENOENT ? "missing" : "unreadable", path, std::strerror(errno));
  }
  struct stat status {};
  if (fstat(file.descriptor(), &status) != 0 || !S_ISREG(status.st_mode)) return fault("unreadable", path, "not a file");
  if ((status.st_mode & S_IRWXO) != 0) {
    return fault("too_open", path, "others may read or write it; run chmod o= on it");
  }
  std::string secret(kMaxSecret + 1, '\0');
  const ssize_t size = read(file.descriptor(), secret.data(), secret.size());
  if (size < 0) return fault("unreadable", path, std::strerror(errno));
  secret.resize(static_cast<std::size_t>(size));
  if (secret.size() > kMaxSecret) return fault("too_long", path, "more than 4096 bytes");
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (secret.size() < kMinSecret) return fault("too_short", path, "fewer than 32 bytes; put 32 or more random ones in it");
  return secret;
}

Result<std::string> read_or_make_secret_file(const std::filesystem::path& path, RandomSource& random) {
  std::error_code ignored;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  if (!std::filesystem::exists(path, ignored)) {
    // Written whole under another name and then linked, so that a second process sees all of it or nothing.
    const std::filesystem::path draft = path.string() + "." + random.token(12);
    {
      const File file(open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
      if (file.descriptor() < 0) return fault("unreadable", path, std::string("cannot make it: ") + std::strerror(errno));
      const std::string secret = random.token(kMadeSecret) + "\n";
      const ssize_t written = write(file.descriptor(), secret.data(), secret.size());
      if (written != static_cast<ssize_t>(secret.size()) || fsync(file.descriptor()) != 0) {
        unlink(draft.c_str());
        return fault("unreadable", path, std::string("cannot write it: ") + std::strerror(errno));
      }
    }
    link(draft.c_str(), path.c_str());  // fails where another process was first: then its secret counts
    unlink(draft.c_str());
  }
  return read_secret_file(path);
}

}  // namespace plenary::server
