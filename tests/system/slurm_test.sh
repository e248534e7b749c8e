#!/usr/bin/env bash
# Goal: a search split over a Slurm job array finds what the whole search finds. Method: a cluster of one node, on the
# loopback device, with its configuration and all its files in a temporary directory; the array's results are merged and
# compared with those of the same search in one process. Usage: slurm_test.sh PROGRAM SCENARIO
# Exit status 77: skipped, since Slurm is not installed here, or this machine has no address but loopback, without which
# Slurm's daemons end as they start.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1") scenario=$2 shards=4 runs=400
PATH=$PATH:/usr/sbin:/sbin
for tool in slurmctld slurmd sbatch sinfo python3; do
  command -v $tool >/dev/null || { echo "skipped: no $tool; ./dev setup cluster installs it"; exit 77; }
done
[ -n "$(hostname -I)" ] || { echo "skipped: this machine has no address but loopback, which Slurm needs"; exit 77; }

directory=$(mktemp -d)
controller='' node=''
finish() {
  local status=$?
  if [ $status != 0 ]; then tail -n 15 "$directory"/*.log "$directory"/slurm-*.out 2>/dev/null || true; fi
  for process in $node $controller; do kill "$process" 2>/dev/null || true; done
  for process in $node $controller; do wait "$process" 2>/dev/null || true; done
  rm -rf "$directory"
}
trap finish EXIT

mkdir "$directory"/{state,spool,work}
host=$(hostname -s)
export SLURM_CONF=$directory/slurm.conf

start_cluster() {
  # Ports that are free now; both are bound on the loopback device only a moment later.
  local controller_port node_port
  read -r controller_port node_port < <(python3 -c '
import socket
free = [socket.socket() for _ in range(2)]
for each in free: each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in free))')
  cat >"$directory/slurm.conf" <<CONF
ClusterName=twinloop
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller_port
SlurmdPort=$node_port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
StateSaveLocation=$directory/state
SlurmdSpoolDir=$directory/spool
SlurmctldPidFile=$directory/slurmctld.pid
SlurmdPidFile=$directory/slurmd.pid
SlurmctldLogFile=$directory/slurmctld.log
SlurmdLogFile=$directory/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  slurmctld -D -c >/dev/null 2>&1 & controller=$!
  slurmd -D -c >/dev/null 2>&1 & node=$!
}

# A daemon that ended by itself as it started: told, and the cluster is started once more, on other ports.
starts=1
keep_cluster() {
  local process status=0
  kill -0 $controller 2>/dev/null && kill -0 $node 2>/dev/null && return
  for process in $controller $node; do kill "$process" 2>/dev/null || { wait "$process" || status=$?; }; done
  wait
  [ $starts -lt 3 ] || { echo "Slurm's daemons ended three times as they started"; exit 1; }
  echo "one of Slurm's daemons ended with $status as it started; started again"
  starts=$((starts + 1))
  start_cluster
}
start_cluster

cat >"$directory/search.sh" <<'JOB'
#!/bin/bash
# One shard of a search: the task's number is the shard's. Exit status 1 says that a failure was found.
"$PROGRAM" explore "$SCENARIO" --runs "$RUNS" --jobs 1 --results "results-$SLURM_ARRAY_TASK_ID" \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" || [ $? = 1 ]
JOB
tries=0
until sinfo --noheader --states=idle --format=%D 2>/dev/null | grep -qx 1; do # until the daemons have found each other
  keep_cluster
  tries=$((tries + 1))
  [ $tries -lt 200 ] || { echo "the node did not come up"; exit 1; }
  sleep 0.2
done
cd "$directory/work"
PROGRAM=$program SCENARIO=$scenario RUNS=$runs \
  sbatch --quiet --wait --array=1-$shards --output="$directory/slurm-%a.out" "$directory/search.sh"

status=0
"$program" merge results-* --into merged --json >merged.json || status=$?
[ $status = 1 ] || { echo "merge ended with $status, not 1"; exit 1; }
"$program" explore "$scenario" --runs $runs --results whole --json >whole.json || true
python3 "$here/same_results.py" merged.json whole.json $runs
