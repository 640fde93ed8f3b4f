#!/usr/bin/perl -w
# The porter of a fabric: one small process that goes into every place and does there what would else need an nsenter, a shell
# and a tool each time. Its only words are those of words.ts:
#
#   list    items, each with its length before it (32 bits, network order)
#   frame   a list's length (32 bits, network order), and the list
#   asked   frame: number of the job, namespace (empty: the outer one), steps; each step is a list: verb, words
#   told    frame: number of the job, exit code, index of the step that failed, what was written to stdout, and to stderr
#
#   write PATH VALUE                   a setting; `*` in PATH is every name in that folder; what is not there needs no setting
#   read PATH                          a file, told as stdout
#   send ADDRESS PORT TEXT             one UDP datagram, by a socket that stays
#   netlink FAMILY (NAME MESSAGE)...   requests of one family, in order, each acknowledged; NAME is for people
#   sweep NAME DUMP KIND AT VALUE IS   deletes, by messages of KIND, all that DUMP shows whose byte AT equals VALUE (IS 1), or not (IS 0)
#   run INPUT COMMAND WORD...          a program, to its end
#
# Jobs of one place happen one after the other, each up to its first failing step; jobs of several places side by side.
# Its argument is the machine, as Node calls it. It ends when its stdin does.
#
# A module would take as long to load as perl itself takes to start: there is none.
use strict;

# perl knows no names of system calls.
my %CALLS = (
    x64   => { openat => 257, write => 1,  close => 3,  setns => 308, memfd_create => 319 },
    arm64 => { openat => 56,  write => 64, close => 57, setns => 268, memfd_create => 279 },
);
my $calls = $CALLS{ $ARGV[0] } or die "the porter does not know the system calls of $ARGV[0]\n";

sub CLONE_NEWNET() { 0x40000000 }
sub MFD_CLOEXEC()  { 1 }
sub O_WRONLY()     { 1 }
sub AT_FDCWD()     { -100 }

sub ENOENT()        { 2 }
sub ESRCH()         { 3 }
sub EINTR()         { 4 }
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
my %child;        # by file descriptor of its stdout
my %listed;       # by folder, its names, as long as no program has run
my $here = '';
open $namespace{''}, '<', '/proc/self/ns/net' or die "/proc/self/ns/net: $!\n";

my %does = (write => \&write_setting, read => \&read_file, send => \&send_datagram, netlink => \&netlink, sweep => \&sweep);
my ($heard, $told) = ('', '');
while (1) {
    my $ready = '';
    vec($ready, $_, 1) = 1 for 0, keys %child;
    if (select($ready, undef, undef, undef) < 0) { $! == EINTR ? next : die "select: $!\n" }
    hear_child($_) for grep { vec($ready, $_, 1) } keys %child;
    if (vec($ready, 0, 1)) {
        sysread(STDIN, $heard, 1 << 16, length $heard) or exit 0;
        while (length $heard >= 4 and length $heard >= 4 + unpack 'N', $heard) {
            my ($frame) = unpack 'N/a*', $heard;
            substr($heard, 0, 4 + length $frame, '');
            take($frame);
        }
    }
    while (length $told) {
        my $written = syswrite STDOUT, $told or exit 0;
        substr($told, 0, $written, '');
    }
}

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
        $told .= pack 'N/a*', pack '(N/a*)*', @$job{'id'}, $code, @$job{ 'at', 'out', 'err' };
    }
}

# The job's exit code, or undef while a program runs.
sub advance {
    my ($job) = @_;
    %listed = ();
    for (; $job->{at} < @{ $job->{steps} }; $job->{at}++) {
        my ($verb, @words) = items($job->{steps}[ $job->{at} ]);
        if ($verb eq 'run' and not exists $job->{code}) {
            return undef if eval { start($job, @words); 1 };
        }
        elsif ($verb eq 'run') {
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

sub enter {
    my ($place) = @_;
    return if $place eq $here;
    my $path = "/run/netns/$place";
    open $namespace{$place}, '<', $path or delete $namespace{$place}, die "$path: $!\n" unless $namespace{$place};
    syscall($calls->{setns}, fileno $namespace{$place}, CLONE_NEWNET) == 0 or die "setns: $!\n";
    $here = $place;
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

sub start {
    my ($job, $input, @command) = @_;
    enter($job->{place});
    my ($in, $err) = (in_memory($input), in_memory(''));
    pipe my $out, my $outlet or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        $SIG{PIPE} = 'DEFAULT';
        # Why there is no such program is said below.
        local $^W = 0;
        open STDIN, '<&', $in and open STDOUT, '>&', $outlet and open STDERR, '>&', $err and exec { $command[0] } @command;
        syswrite STDERR, "$command[0]: $!\n";
        exit 127;
    }
    $child{ fileno $out } = { job => $job, pid => $pid, out => $out, err => $err };
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

sub hear_child {
    my ($number) = @_;
    my ($job, $pid, $out, $err) = @{ $child{$number} }{ 'job', 'pid', 'out', 'err' };
    return if sysread $out, $job->{out}, 1 << 16, length $job->{out};
    delete $child{$number};
    waitpid $pid, 0;
    $job->{code} = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    sysseek $err, 0, 0;
    $job->{err} .= whole($err, 'stderr');
    go_on($job->{place});
}
