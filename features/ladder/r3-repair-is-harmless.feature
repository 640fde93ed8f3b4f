@ladder @R3
Feature: With the edge in the crossing the servers' repair is harmless
  The source of the SIP and the address in the SDP are now the same edge, and its ports are exposed.

  @TS24.379-10.1.1.4
  Scenario Outline: The repair stays on and changes nothing: called by <caller>
    Given the working configuration, changed in
      | server.sdpRepair | signalling-source |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    And RTP, floor control and SIP are translated at both nodes
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |
