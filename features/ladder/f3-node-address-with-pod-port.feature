@ladder @F3
Feature: Both servers repair NAT, and packets go to the node at a port that nobody exposes
  The servers put the address that the SIP came from into the partner's SDP and keep its port: that is the far node, at the
  pod's own port. The far node's kernel answers with ICMP, or not at all.

  @RFC3264-5
  Scenario Outline: The far node has nothing at the pod's port: called by <caller>
    Given the working configuration, changed in
      | border.path      | server                |
      | server.sdpRepair | signalling-source     |
      | nat              | preserve or symmetric |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then INVITE, 200 and ACK of the crossing dialog complete
    And packets reach the far node at the pod's own port, which no Service exposes
    And <caller>'s RTP reaches its own server
    And the symptom is "node-address-with-pod-port"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |

  @control
  Scenario Outline: Without NAT, and with pods routed on purpose, the repair finds the pods' own addresses: called by <caller>
    Given the working configuration, changed in
      | border.path      | server            |
      | server.sdpRepair | signalling-source |
      | cidr             | distinct          |
      | nat              | none              |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    And the floor is idle again
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |
