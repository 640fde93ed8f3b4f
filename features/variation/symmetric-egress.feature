@variation @symmetric
Feature: A NAT that gives each destination a port of its own
  What leaves a cluster has the node's address and a port that nobody can foretell. Rules by address alone hold: SIP is
  answered where it came from (rport), and media goes where SDP says.

  @RFC3581-4
  Scenario Outline: Partners are known by address and never by port: called by <caller>
    Given the working configuration, changed in
      | nat | symmetric |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the ACK of each crossing dialog passes every pod once, within T1 of its 200
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    And RTP, floor control and SIP are translated at both nodes
    And the floor is idle again
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |
