// Writes what happens on each profile: bandwidth_record DIRECTORY [SEED] makes NAME_elastic.csv and NAME_layers.csv of
// each profile, and table.csv with the figures.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/sim/bandwidth/measure.h"
#include "tests/sim/bandwidth/profiles.h"
#include "tests/sim/bandwidth/session.h"

namespace {

using namespace plenary;
using namespace plenary::sim;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void write_samples(const Record& record, const std::filesystem::path& path) {
  std::ofstream out(path);
  out << "time_s,link,estimate,sent,received,padding,queue_ms,lost,layer,competing\n";
  for (const Sample& s : record.samples) {
    out << seconds(s.at.time_since_epoch()) << ',' << s.link << ',' << s.estimate << ',' << s.sent << ',' << s.received
        << ',' << s.padding << ',' << s.queue << ',' << s.lost << ',' << s.layer << ',' << s.competing << '\n';
  }
}

void write_figures(const Profile& profile, const Record& elastic, const Record& layers, std::ofstream& out) {
  for (const Goal& goal : profile.goals) {
    const Reached r = reached(elastic, goal);
    out << profile.name << ',' << '"' << profile.title << '"' << ',' << seconds(goal.from) << ',' << goal.rate << ','
        << (r.after ? *r.after : -1) << ',' << seconds(goal.within) << ',' << r.estimate << ',' << r.received << ','
        << queue_p95(elastic) << ',' << queue_p95(layers) << ',' << layers.changes.size() << ',' << oscillations(layers)
        << ',' << elastic.probes << ',' << share_lost(elastic, goal.from + goal.within) << ','
        << share_lost(layers, std::chrono::seconds(15)) << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: bandwidth_record DIRECTORY [SEED]\n");
    return 2;
  }
  const std::filesystem::path directory(argv[1]);
  const std::uint64_t seed = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 1;
  std::filesystem::create_directories(directory);
  std::ofstream table(directory / "table.csv");
  table << "profile,title,from_s,rate,after_s,within_s,estimate,received,queue_p95_elastic,queue_p95_layers,changes,"
           "oscillations,probes,lost_elastic,lost_layers\n";
  for (const Profile& profile : profiles()) {
    const Record elastic = Session(profile, SourceKind::elastic, seed).run();
    const Record layers = Session(profile, SourceKind::layers, seed).run();
    write_samples(elastic, directory / (profile.name + "_elastic.csv"));
    write_samples(layers, directory / (profile.name + "_layers.csv"));
    write_figures(profile, elastic, layers, table);
  }
  return 0;
}
