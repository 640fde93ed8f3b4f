@ladder @R4
Feature: The edge tells partner agencies, clients and forgers apart at SIP level
  A partner is known by three things together: the listener that it uses, the address of its node (never the port), and the
  domain that it speaks for. The genuine INVITE crosses; its replay by anybody else, in the same capture, does not. Media
  is taken from the partner's node, and from the one place that a client's port has latched to.

  @RFC3325-5 @RFC3261-16.3
  Scenario Outline: A call by <caller> goes on while the INVITE that crossed to agency <target> is replayed from everywhere
    Given the working configuration, changed in
      | strangers | present |
    And every UE is registered and affiliated
    When <distant> registers as a subscriber of its own
    Then <distant>'s registration is accepted

    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to <caller> and taken to all other members

    # (i) at the port for clients: nobody has registered there.
    When the genuine crossing INVITE is replayed by <near> at the client port of agency <target>
    Then what <near> forged arrives at an edge and gets nowhere
    When the genuine crossing INVITE is replayed by a host on the bridge at the client port of agency <target>
    Then what a host on the bridge forged arrives at an edge and gets nowhere
    # (ii) at the port for agencies: the source is no partner's node.
    When the genuine crossing INVITE is replayed by <near> at the agency port of agency <target>
    Then what <near> forged arrives at an edge and gets nowhere
    When the genuine crossing INVITE is replayed by a host on the bridge at the agency port of agency <target>
    Then what a host on the bridge forged arrives at an edge and gets nowhere
    # (iii) by a registered client: its edge takes off Route, identity and isfocus, and what is left is its own call.
    When the genuine crossing INVITE is replayed by <distant> through its own edge, with a Route to the edge of agency <target>
    Then what <distant> forged arrives at an edge and gets nowhere
    When the genuine crossing INVITE is replayed by <distant> through its own edge, with a Route to the edge of agency <target> and a To tag
    Then what <distant> forged arrives at an edge and gets nowhere
    # (iv) with the partner's address: no access network lets it out.
    When the genuine crossing INVITE is replayed by <spoofer> at the agency port of agency <target>
    Then what <spoofer> forged arrives at an edge and gets nowhere
    When the genuine crossing INVITE is replayed by <spoofer> at the agency port of agency <target> with the partner node's source address
    Then what <spoofer> forged leaves it and arrives nowhere

    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    When <near> sends RTP and floor control to every exposed port
    Then what <near> sent arrives at every exposed port and is relayed to nobody
    When <distant> sends RTP and floor control to every exposed port
    Then what <distant> sent arrives at every exposed port and is relayed to nobody
    When a host on the bridge sends RTP and floor control to every exposed port
    Then what a host on the bridge sent arrives at every exposed port and is relayed to nobody

    When <answerer> talks for 40 packets
    Then the floor is granted to <answerer> and taken to all other members
    And every other member hears all 40 packets of <answerer>'s burst after the first 5
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller | answerer | target | near       | spoofer   | distant    |
      | a-ue-1 | b-ue-2   | b      | b-stranger | b-spoofer | a-stranger |
      | b-ue-1 | a-ue-2   | a      | a-stranger | a-spoofer | b-stranger |

  @declared
  Scenario Outline: Declared limit: any pod of the partner's cluster leaves by the partner's node and is let in as the partner: <bystander>
    Given the working configuration, changed in
      | strangers | present |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    When the genuine crossing INVITE is replayed by <bystander> at the agency port of agency <target>
    Then what <bystander> forged reaches the partner's server as its partner's

    Examples:
      | caller | target | bystander   |
      | a-ue-1 | b      | a-bystander |
      | b-ue-1 | a      | b-bystander |
