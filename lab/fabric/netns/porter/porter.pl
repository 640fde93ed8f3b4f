#!/usr/bin/perl -w
# The porter of a fabric: one small process that goes into every place and does there what would else need an nsenter, a shell
# and a tool each time. Its only words are those of words.ts:
#
#   list    items, each with its length before it (32 bits, network order)
#   frame   a list's length (32 bits, network order), and the list
#   asked   frame: number of the job, namespace (empty: the outer one), steps; each step is a list: verb, words
#   told    frame: of what it tells, the number of its job, and
#     done    exit code, index of the step that failed, what was written to stdout, and to stderr
#     out     what a launched program wrote to stdout; err: to stderr
#     exited  its exit code, or its signal as a negative number; closed: the same when all that it wrote has been told
#
#   namespaces NAME...                 makes them, each with its name in /run/netns, as `ip netns add` does
#   lay (NAME MESSAGE FAR NEAR)...     links: netlink messages with room for the descriptors of two namespaces, at byte 36 for FAR, and
#                                      in the last four bytes for NEAR, unless that is empty
#   write PATH VALUE                   a setting; `*` in PATH is every name in that folder; what is not there needs no setting
#   read PATH                          a file, told as stdout
#   send ADDRESS PORT TEXT             one UDP datagram, by a socket that stays
#   netlink FAMILY (NAME MESSAGE)...   requests of one family, in order, each acknowledged; NAME is for people
#   sweep NAME DUMP KIND AT VALUE IS   deletes, by messages of KIND, all that DUMP shows whose byte AT equals VALUE (IS 1), or not (IS 0)
#   run INPUT COMMAND WORD...          a program, to its end
#   launch IN OUT ERR NICE COMMAND WORD...
#                                      a program that goes on, in a session of its own; its pid, told as stdout. IN, OUT and ERR are
#                                      `ignore` or `pipe`; OUT and ERR else a path, to the end of that file. NICE is its priority
#   tell JOB TEXT                      to the stdin of what that job launched
#
# Jobs of one place happen one after the other, each up to its first failing step; jobs of several places side by side.
# Its argument is the machine, as Node calls it. It ends when its stdin does.
#
# A module would take as long to load as perl itself takes to start: there is none.
use strict;

# perl knows no names of system calls.
my %CALLS = (
    x64 => {
        openat => 257, write => 1, close => 3, unshare => 272, setns => 308, mount => 165,
        memfd_create => 319, setsid => 112, pidfd_open => 434,
    },
    arm64 => {
        openat => 56, write => 64, close => 57, unshare => 97, setns => 268, mount => 40,
        memfd_create => 279, setsid => 157, pidfd_open => 434,
    },
);
my $calls = $CALLS{ $ARGV[0] } or die "the porter does not know the system calls of $ARGV[0]\n";

sub CLONE_NEWNET() { 0x40000000 }
sub MFD_CLOEXEC()  { 1 }
sub O_WRONLY()     { 1 }
sub AT_FDCWD()     { -100 }
sub F_SETFL()      { 4 }
sub O_NONBLOCK()   { 2048 }
sub O_CREAT()      { 64 }
sub O_EXCL()       { 128 }
sub MS_BIND()      { 4096 }

sub ENOENT()        { 2 }
sub ESRCH()         { 3 }
sub EINTR()         { 4 }
sub EAGAIN()        { 11 }
sub EADDRNOTAVAIL() { 99 }

sub AF_INET()      { 2 }
sub AF_NETLINK()   { 16 }
sub SOCK_DGRAM()   { 2 }
sub SOCK_RAW()     { 3 }
sub MSG_DONTWAIT() { 0x40 }

sub NETLINK_ROUTE() { 0 }
sub NLM_F_REQUEST() { 1 }
sub NLM_F_ACK()     { 4 }
sub NLMSG_ERROR()   { 2 }
sub NLMSG_DONE()    { 3 }

# Answers to so many requests fit into a socket's buffer.
sub AT_ONCE() { 32 }

# Ctrl-C is for the lab; whoever does not read what is told here has gone.
$SIG{INT} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';

my %namespace;    # by place, an open handle
my %socket;       # by place and destination
my %queue;        # by place, jobs in order; the first one is being done
my %on;           # by file descriptor, what is done when something has come
my %untold;       # by file descriptor of a program's stdin, what has not gone into it yet
my %launched;     # by job
my %listed;       # by folder, its names, as long as no program has run
my $here = '';
open $namespace{''}, '<', '/proc/self/ns/net' or die "/proc/self/ns/net: $!\n";

my %does = (
    namespaces => \&make_namespaces, lay => \&lay, write => \&write_setting, read => \&read_file, send => \&send_datagram,
    netlink => \&netlink, sweep => \&sweep, tell => \&tell,
);
# What takes time: the job goes on when `finish` is called.
my %begins = (run => \&run, launch => \&launch);
my ($heard, $told) = ('', '');
$on{0} = sub {
    sysread(STDIN, $heard, 1 << 16, length $heard) or exit 0;
    while (length $heard >= 4 and length $heard >= 4 + unpack 'N', $heard) {
        my ($frame) = unpack 'N/a*', $heard;
        substr($heard, 0, 4 + length $frame, '');
        take($frame);
    }
};
while (1) {
    my ($ready, $room) = ('', '');
    vec($ready, $_, 1) = 1 for keys %on;
    vec($room, $_, 1) = 1 for keys %untold;
    if (select($ready, $room, undef, undef) < 0) { $! == EINTR ? next : die "select: $!\n" }
    # Whoever is done first may take others with it.
    for (grep { vec($ready, $_, 1) } keys %on) { $on{$_}->() if $on{$_} }
    for (grep { vec($room, $_, 1) } keys %untold) { pour($untold{$_}) if $untold{$_} }
    while (length $told) {
        my $written = syswrite STDOUT, $told or exit 0;
        substr($told, 0, $written, '');
    }
}

sub news { $told .= pack 'N/a*', pack '(N/a*)*', @_ }

sub items { return unpack '(N/a*)*', shift }

sub take {
    my ($id, $place, @steps) = items(shift);
    push @{ $queue{$place} }, { id => $id, place => $place, steps => \@steps, at => 0, out => '', err => '' };
    go_on($place) if @{ $queue{$place} } == 1;
}

# Does what is queued in a place until a program is to be waited for.
sub go_on {
    my ($place) = @_;
    while (my $job = $queue{$place}[0]) {
        my $code = advance($job);
        return unless defined $code;
        shift @{ $queue{$place} };
        news('done', $job->{id}, $code, @$job{ 'at', 'out', 'err' });
    }
}

# The job's exit code, or undef while a program runs.
sub advance {
    my ($job) = @_;
    %listed = ();
    for (; $job->{at} < @{ $job->{steps} }; $job->{at}++) {
        my ($verb, @words) = items($job->{steps}[ $job->{at} ]);
        my $begins = $begins{$verb};
        if ($begins and not exists $job->{code}) {
            return undef if eval { $begins->($job, @words); 1 };
        }
        elsif ($begins) {
            my $code = delete $job->{code};
            next if $code == 0;
            return $code;
        }
        else {
            next if eval { $job->{out} .= ($does{$verb} or die "unknown verb $verb\n")->($job->{place}, @words); 1 };
        }
        $job->{err} .= $@;
        return 1;
    }
    return 0;
}

# What a job has begun is over, with this exit code.
sub finish {
    my ($job, $code) = @_;
    $job->{code} = $code;
    go_on($job->{place});
}

sub enter {
    my ($place) = @_;
    return if $place eq $here;
    syscall($calls->{setns}, descriptor($place), CLONE_NEWNET) == 0 or die "setns: $!\n";
    $here = $place;
}

sub descriptor {
    my ($place) = @_;
    my $path = "/run/netns/$place";
    open $namespace{$place}, '<', $path or delete $namespace{$place}, die "$path: $!\n" unless $namespace{$place};
    return fileno $namespace{$place};
}

sub make_namespaces {
    my ($place, @names) = @_;
    my ($own, $type) = ('/proc/self/ns/net', 'none');
    for my $name (@names) {
        my $path = "/run/netns/$name";
        sysopen my $file, $path, O_CREAT | O_EXCL, 0 or die "$path: $!\n";
        syscall($calls->{unshare}, CLONE_NEWNET) == 0 or die "unshare: $!\n";
        # Where that is, `enter` finds out by the handle.
        $here = $name;
        open $namespace{$name}, '<', $own or die "$own: $!\n";
        syscall($calls->{mount}, $own, $path, $type, MS_BIND, 0) == 0 or die "mount $path: $!\n";
    }
    enter($place);
    return '';
}

sub lay {
    my ($place, @said) = @_;
    my @requests;
    while (my ($name, $message, $far, $near) = splice @said, 0, 4) {
        substr($message, 36, 4) = pack 'L', descriptor($far);
        substr($message, -4) = pack 'L', descriptor($near) if length $near;
        push @requests, $name, $message;
    }
    return netlink($place, NETLINK_ROUTE, @requests);
}

sub write_setting {
    my ($place, $path, $value) = @_;
    enter($place);
    my @paths = $path;
    if (my ($folder, $name) = $path =~ m{^(.*)/\*/(.*)$}) {
        $listed{$folder} ||= names_in($folder);
        @paths = map { "$folder/$_/$name" } @{ $listed{$folder} };
    }
    # perl's own open asks three things about every file, and there are hundreds of these.
    for my $one (@paths) {
        my $file = syscall $calls->{openat}, AT_FDCWD, $one, O_WRONLY;
        if ($file < 0) { $! == ENOENT ? next : die "$one: $!\n" }
        my $written = syscall $calls->{write}, $file, $value, length $value;
        my $why = $!;
        syscall $calls->{close}, $file;
        die "$one: $why\n" if $written < 0;
    }
    return '';
}

sub names_in {
    my ($folder) = @_;
    opendir my $names, $folder or die "$folder: $!\n";
    return [ grep { !/^\./ } readdir $names ];
}

sub read_file {
    my ($place, $path) = @_;
    enter($place);
    open my $file, '<:unix', $path or die "$path: $!\n";
    return whole($file, $path);
}

sub whole {
    my ($file, $name) = @_;
    my $text = '';
    while (my $got = sysread $file, $text, 1 << 16, length $text // die "$name: $!\n") { }
    return $text;
}

sub send_datagram {
    my ($place, $address, $port, $text) = @_;
    my $key = "$place $address $port";
    return '' if $socket{$key} and defined send $socket{$key}, $text, 0;
    # A place that has got other addresses: a socket of the old ones cannot send.
    delete $socket{$key};
    enter($place);
    socket my $socket, AF_INET, SOCK_DGRAM, 0 or die "socket: $!\n";
    connect $socket, pack 'S n C4 x8', AF_INET, $port, split /\./, $address or die "$address: $!\n";
    defined send $socket, $text, 0 or die "$address: $!\n";
    $socket{$key} = $socket;
    return '';
}

sub netlink {
    my ($place, $family, @said) = @_;
    enter($place);
    # Whoever changes a place's interfaces has its sockets opened anew.
    delete @socket{ grep { /^\Q$place\E / } keys %socket };
    socket my $socket, AF_NETLINK, SOCK_RAW, $family or die "netlink socket: $!\n";
    my @names = @said[ grep { $_ % 2 == 0 } 0 .. $#said ];
    my @errors = acknowledged($socket, @said[ grep { $_ % 2 == 1 } 0 .. $#said ]);
    for my $n (grep { $errors[$_] } 0 .. $#errors) {
        local $! = $errors[$n];
        die "$names[$n]: $!\n";
    }
    return '';
}

sub sweep {
    my ($place, $name, $dump, $kind, $at, $value, $is) = @_;
    enter($place);
    socket my $socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE or die "netlink socket: $!\n";
    defined send $socket, $dump, 0 or die "$name: $!\n";
    my @found;
    hear_kernel($socket, $name, sub {
        my ($type, $message) = @_;
        if ($type == NLMSG_ERROR) { local $! = -unpack 'x16 l', $message; die "$name: $!\n" }
        push @found, $message if $type != NLMSG_DONE and (ord(substr $message, $at, 1) == $value) == $is;
        return $type == NLMSG_DONE;
    });
    for my $message (@found) { substr($message, 4, 4) = pack 'S S', $kind, NLM_F_REQUEST | NLM_F_ACK }
    # What went with something else that was deleted is gone already.
    for my $error (acknowledged($socket, @found)) {
        next if not $error or grep { $error == $_ } ENOENT, ESRCH, EADDRNOTAVAIL;
        local $! = $error;
        die "$name: $!\n";
    }
    return '';
}

# For each request its error number, or nothing.
sub acknowledged {
    my ($socket, @requests) = @_;
    my @errors;
    my $number = 0;
    while (my @some = splice @requests, 0, AT_ONCE) {
        # What fails is answered in any case; of all else only the last.
        for my $one (@some) { substr($one, 6, 6) = pack 'S L', (unpack 'x6 S', $one) & ~NLM_F_ACK, $number++ }
        substr($some[-1], 6, 2) = pack 'S', NLM_F_ACK | unpack 'x6 S', $some[-1];
        defined send $socket, join('', @some), 0 or die "netlink: $!\n";
        hear_kernel($socket, 'netlink', sub {
            my ($type, $message) = @_;
            return 0 unless $type == NLMSG_ERROR;
            my ($asked, $error) = unpack 'x8 L x4 l', $message;
            $errors[$asked] = -$error;
            return $asked == $number - 1;
        });
    }
    return @errors;
}

# Until `$last` says that a message was the last one. The kernel has answered before `send` returns: nothing is waited for.
sub hear_kernel {
    my ($socket, $name, $last) = @_;
    while (defined recv $socket, my $block, 1 << 16, MSG_DONTWAIT) {
        while (length $block >= 16) {
            my ($length, $type) = unpack 'L S', $block;
            my $message = substr $block, 0, $length;
            substr($block, 0, ($length + 3) & ~3) = '';
            return if $last->($type, $message);
        }
    }
    die "$name: the kernel gave no answer: $!\n";
}

sub run {
    my ($job, $input, @command) = @_;
    enter($job->{place});
    my ($in, $err) = (in_memory($input), in_memory(''));
    pipe my $out, my $outlet or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        become($in, $outlet, $err, @command);
        syswrite STDERR, "$command[0]: $!\n";
        exit 127;
    }
    $on{ fileno $out } = sub {
        return if sysread $out, $job->{out}, 1 << 16, length $job->{out};
        delete $on{ fileno $out };
        waitpid $pid, 0;
        sysseek $err, 0, 0;
        $job->{err} .= whole($err, 'stderr');
        finish($job, $? & 127 ? 128 + ($? & 127) : $? >> 8);
    };
}

# Returns only when there is no such program, which whoever called says.
sub become {
    my ($in, $out, $err, @command) = @_;
    $SIG{$_} = 'DEFAULT' for 'INT', 'PIPE';
    local $^W = 0;
    open STDIN, '<&', $in and open STDOUT, '>&', $out and open STDERR, '>&', $err and exec { $command[0] } @command;
}

# A file that nobody else has: a program may read it and write to it without anybody's waiting at the other end.
sub in_memory {
    my ($text) = @_;
    my $name = 'porter';
    my $number = syscall $calls->{memfd_create}, $name, MFD_CLOEXEC;
    open my $file, '+<&=', $number or die "memfd_create: $!\n";
    syswrite $file, $text if length $text;
    sysseek $file, 0, 0;
    return $file;
}

sub launch {
    my ($job, $stdin, $stdout, $stderr, $nice, @command) = @_;
    enter($job->{place});
    my ($in, $inlet) = inlet($stdin);
    my ($out, $from_out) = outlet($stdout);
    my ($err, $from_err) = outlet($stderr);
    # Closed by exec, so that its end says that the program has begun.
    pipe my $begun, my $failed or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        syscall $calls->{setsid};
        go_first($nice) if $nice;
        become($in, $out, $err, @command);
        syswrite $failed, "$!\n";
        exit 127;
    }
    close $failed;
    my $why = '';
    $on{ fileno $begun } = sub {
        return if sysread $begun, $why, 1 << 10, length $why;
        delete $on{ fileno $begun };
        if (length $why) { waitpid $pid, 0; $job->{err} .= $why; return finish($job, 127) }
        $job->{out} .= $pid;
        my $one = $launched{ $job->{id} } = { id => $job->{id}, pid => $pid, inlet => $inlet, open => 0 };
        pass_on($one, out => $from_out) if $from_out;
        pass_on($one, err => $from_err) if $from_err;
        finish($job, 0);
        await($one);
    };
}

# The program's end of its stdin, and ours where we have one.
sub inlet {
    my ($wanted) = @_;
    if ($wanted eq 'ignore') { open my $in, '<', '/dev/null' or die "/dev/null: $!\n"; return $in }
    pipe my $in, my $inlet or die "pipe: $!\n";
    # Who does not read what is told must not hold up the others.
    fcntl $inlet, F_SETFL, O_NONBLOCK or die "fcntl: $!\n";
    return ($in, $inlet);
}

sub outlet {
    my ($wanted) = @_;
    my $path = $wanted eq 'ignore' ? '/dev/null' : $wanted;
    if ($wanted ne 'pipe') { open my $out, '>>', $path or die "$path: $!\n"; return $out }
    pipe my $from, my $out or die "pipe: $!\n";
    return ($out, $from);
}

# A priority counts within a session, and each launched program has one of its own; between sessions counts that of their
# autogroups, where the kernel has them (sched(7)). What is not allowed is not needed.
sub go_first {
    my ($nice) = @_;
    # What the user chose stays.
    return if getpriority 0, 0;
    local $^W = 0;
    eval { setpriority 0, 0, $nice };
    if (open my $autogroup, '>', '/proc/self/autogroup') { syswrite $autogroup, $nice }
}

sub pass_on {
    my ($one, $name, $from) = @_;
    $one->{open}++;
    $on{ fileno $from } = sub {
        if (sysread $from, my $text, 1 << 16) { return news($name, $one->{id}, $text) }
        delete $on{ fileno $from };
        $one->{open}--;
        tell_closed($one);
    };
}

sub await {
    my ($one) = @_;
    my $number = syscall $calls->{pidfd_open}, $one->{pid} + 0, 0;
    open my $end, '<&=', $number or die "pidfd_open: $!\n";
    $on{$number} = sub {
        delete $on{$number};
        close $end;
        waitpid $one->{pid}, 0;
        $one->{how} = $? & 127 ? -($? & 127) : $? >> 8;
        delete $launched{ $one->{id} };
        delete $untold{ fileno $one->{inlet} } if $one->{inlet};
        news('exited', $one->{id}, $one->{how});
        tell_closed($one);
    };
}

sub tell_closed {
    my ($one) = @_;
    news('closed', $one->{id}, $one->{how}) if defined $one->{how} and not $one->{open};
}

# What is told to a program that has ended is answered by its end.
sub tell {
    my ($place, $id, $text) = @_;
    my $inlet = ($launched{$id} or return '')->{inlet} or return '';
    my $waiting = $untold{ fileno $inlet } ||= { inlet => $inlet, text => '' };
    $waiting->{text} .= $text;
    pour($waiting);
    return '';
}

sub pour {
    my ($waiting) = @_;
    my $inlet = $waiting->{inlet};
    my $written = syswrite $inlet, $waiting->{text};
    return if not defined $written and $! == EAGAIN;
    substr($waiting->{text}, 0, $written // length $waiting->{text}, '');
    delete $untold{ fileno $inlet } unless length $waiting->{text};
}
