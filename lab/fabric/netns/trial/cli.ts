import { spawn } from 'node:child_process';
import { outerAs, type User } from './inside.ts';

// Stands for the lab's command line in the tests of clean-up: starts the outer namespace and waits. The token marks all
// processes of one tree.

const [user = 'same', token = ''] = process.argv.slice(2);
const program = `ip netns add left
ip netns add right
ip link add v-left netns left type veth peer name v-right netns right
nsenter --net=/run/netns/left setsid sh -c 'sleep 600; :' ${token} &
echo $(ls /run/netns)
sleep 600
:`;
const [command = '', ...args] = outerAs(user as User, ['sh', '-c', program, token]);
spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).on('exit', (code) => process.exit(code ?? 1));
