@ladder @F3
Feature: Both servers repair NAT, and packets go to the node at a port that nobody exposes
  The servers put the address that the SIP came from into the partner's SDP and keep its port: that is the far node, at the
  pod's own port. The far node's kernel answers with ICMP, or not at all.

  @RFC3264-5
  Scenario Outline: The far node has nothing at the pod's port: called by <caller>
    Given the working configuration, changed in
      | border.path      | server            |
      | server.sdpRepair | signalling-source |
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
