/** On the outer namespace's own tmpfs: short (a socket's path may have 107 bytes), and gone with the namespace. */
export const sockets = '/run/netns/.cast';
