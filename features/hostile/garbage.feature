@hostile
Feature: Garbage at every exposed port
  Noise, SIP cut short or with bytes changed, RTP and floor control whose lengths lie: nothing of it stops an edge, takes a
  port or ends a call.

  @RFC3261-18.3 @RFC3550-5.1
  Scenario Outline: A call by <caller> goes on under 2000 datagrams of garbage from <host>
    Given the working configuration, changed in
      | strangers | present |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to <caller> and taken to all other members
    When <host> sends 2000 datagrams of garbage to all exposed ports
    Then at least 2000 datagrams of <host> arrive, some at every exposed port
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    And the floor is idle again
    When <answerer> talks for 40 packets
    Then the floor is granted to <answerer> and taken to all other members
    And every other member hears all 40 packets of <answerer>'s burst after the first 5
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller | answerer | host                 |
      | a-ue-1 | b-ue-2   | b-stranger           |
      | b-ue-1 | a-ue-2   | a host on the bridge |
