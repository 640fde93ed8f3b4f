@ladder
Feature: The reference DNS patch makes the partner's names resolve

  @R1a @RFC3263-4
  Scenario Outline: The zone in the cluster's own CoreDNS: called by <caller>
    Given the working configuration, changed in
      | dns.variant | cluster |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then agency <agency>'s server resolves its partner by SRV to the partner's node and node port
    And cluster names resolve in agency <agency>
    And the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller | agency |
      | a-ue-1 | a      |
      | b-ue-1 | b      |

  @R1b @RFC3263-4
  Scenario Outline: A separate CoreDNS that forwards the rest: called by <caller>
    Given the working configuration, changed in
      | dns.variant | separate |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then agency <agency>'s server resolves its partner by SRV to the partner's node and node port
    And cluster names resolve in agency <agency>
    And the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller | agency |
      | a-ue-1 | a      |
      | b-ue-1 | b      |
